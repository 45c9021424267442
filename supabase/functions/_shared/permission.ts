import * as z from "zod";
import { type Db, rows } from "./db.ts";
import { Fault } from "./fault.ts";

/** Throws `forbidden` unless the caller's role has a permission, asked of the database just now. */
export async function requirePermission(db: Db, permission: string): Promise<void> {
  const permissions = z.array(z.string()).parse(rows(await db.rpc("my_permissions")));
  if (permissions.includes(permission)) return;
  throw new Fault("forbidden", `This needs the permission ${permission}.`);
}
