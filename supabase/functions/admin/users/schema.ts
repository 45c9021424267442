import * as z from "zod";
import { PageQuery, Timestamp } from "../../_shared/schema.ts";
import { Role, UserId } from "../schema.ts";

/** Which users to list. */
export const UserQuery = PageQuery.extend({ role: Role.optional() });
export type UserQuery = z.infer<typeof UserQuery>;

/** The role that a user is to have. */
export const Assignment = z.strictObject({ role: Role }).meta({ id: "Assignment" });

/** A user of the project, as far as roles are concerned. */
export const User = z.object({
  id: UserId,
  email: z.string().max(320).nullable(),
  role: Role,
  assigned: z.boolean().meta({ description: "False where it is the role that everybody has" }),
  quarantined_at: Timestamp.nullable(),
  created_at: Timestamp.nullable(),
}).meta({ id: "User" });
export type User = z.infer<typeof User>;

/** How far an erasure has come: while runs of the user have not ended, nothing is removed. */
export const Erasure = z.object({ erased: z.boolean(), running: z.int().min(0) });
export type Erasure = z.infer<typeof Erasure>;
