import postgres from "postgres";
import type { Account, Window } from "./browser.ts";

/** Signs somebody new up by the form, and gives them a role as the database's owner would. */
export async function signUpAs(
  window: Window,
  role: "viewer" | "user" | "streamer" | "admin",
): Promise<Account & { id: string }> {
  const account = await window.signUp(role);
  await using sql = open(window);
  const [user] = await sql.of<{ id: string }[]>`
    insert into app.user_roles (user_id, role)
    select id, ${role} from auth.users where email = ${account.email}
    on conflict (user_id) do update set role = excluded.role
    returning user_id as id`;
  if (user === undefined) throw new Error("Nobody has this address");
  await window.page.reload();
  return { ...account, id: user.id };
}

/** The database as its owner; closed when it is disposed of. */
export function open({ stack }: Pick<Window, "stack">): AsyncDisposable & { of: postgres.Sql } {
  const of = postgres(stack.databaseUrl, { max: 1, onnotice: () => {} });
  return { of, [Symbol.asyncDispose]: () => of.end() };
}
