import { type Db, first, rows } from "../../_shared/db.ts";
import { Erasure, User, type UserQuery } from "./schema.ts";

/** Which stretch of the users: after a user's id. */
export interface UserPage {
  role: UserQuery["role"];
  limit: number;
  after: string | undefined;
}

/** The project's users. */
export async function listUsers(db: Db, { role, limit, after }: UserPage): Promise<User[]> {
  const reply = await db.rpc("list_users", {
    max: limit,
    ...(role !== undefined && { role_filter: role }),
    ...(after !== undefined && { after }),
  });
  return User.array().parse(rows(reply));
}

/** One user, or `not_found`. */
export async function findUser(db: Db, id: string): Promise<User> {
  return User.parse(first(await db.rpc("find_user", { user_id: id })));
}

/** Gives a user a role, or takes theirs, so that they have the one that everybody has. */
export async function setRole(
  db: Db,
  id: string,
  role: User["role"] | undefined,
): Promise<User> {
  const args = { user_id: id, ...(role !== undefined && { new_role: role }) };
  return User.parse(first(await db.rpc("set_role", args)));
}

/** Goes on with erasing a user, up to some hundred runs. Says whether they are gone. */
export async function eraseUser(db: Db, id: string): Promise<Erasure> {
  return Erasure.parse(rows(await db.rpc("erase_user", { user_id: id })));
}
