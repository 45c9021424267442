import type { Sql } from "postgres";
import * as z from "zod";

const Meta = z.record(z.string(), z.unknown());

/** What `auth.admin` may set of a user. Other fields are ignored, as Auth does. */
export const Attributes = z.object({
  id: z.uuid().optional(),
  email: z.email().toLowerCase().optional(),
  password: z.string().min(6).max(72).optional(),
  email_confirm: z.boolean().optional(),
  app_metadata: Meta.optional(),
  user_metadata: Meta.optional(),
});
export type Attributes = z.infer<typeof Attributes>;

/** A user as Auth describes one. */
export type User = Record<string, unknown>;

/** Rejects with SQLSTATE 23505 when the address is taken. */
export async function createUser(sql: Sql, given: Attributes): Promise<string> {
  const { id = crypto.randomUUID(), email = null, password = null } = given;
  const appMetadata = { provider: "email", providers: ["email"], ...given.app_metadata };
  const identity = { sub: id, email, email_verified: false, phone_verified: false };
  await sql.begin(async (sql) => {
    await sql`
      insert into auth.users (
        id, aud, role, email, encrypted_password, email_confirmed_at,
        raw_app_meta_data, raw_user_meta_data
      ) values (
        ${id}, 'authenticated', 'authenticated', ${email},
        extensions.crypt(${password}, extensions.gen_salt('bf', 10)),
        case when ${given.email_confirm ?? false} then now() end,
        ${JSON.stringify(appMetadata)}::text::jsonb,
        ${JSON.stringify(given.user_metadata ?? {})}::text::jsonb
      )
    `;
    await sql`
      insert into auth.identities (id, user_id, provider, provider_id, identity_data)
      values (gen_random_uuid(), ${id}, 'email', ${id}, ${JSON.stringify(identity)}::text::jsonb)
    `;
  });
  return id;
}

/** What is not given stays; metadata is merged, as Auth does. */
export async function updateUser(sql: Sql, id: string, given: Attributes): Promise<void> {
  const appMetadata = JSON.stringify(given.app_metadata ?? {});
  const userMetadata = JSON.stringify(given.user_metadata ?? {});
  await sql`
    update auth.users
    set
      email = coalesce(${given.email ?? null}, email),
      encrypted_password = coalesce(
        extensions.crypt(${given.password ?? null}, extensions.gen_salt('bf', 10)),
        encrypted_password
      ),
      email_confirmed_at = case
        when ${given.email_confirm ?? false} then coalesce(email_confirmed_at, now())
        else email_confirmed_at
      end,
      raw_app_meta_data = raw_app_meta_data || ${appMetadata}::text::jsonb,
      raw_user_meta_data = raw_user_meta_data || ${userMetadata}::text::jsonb,
      updated_at = now()
    where id = ${id}
  `;
}

/** Deletes the user and all that refers to them. One who is not there is no error. */
export async function removeUser(sql: Sql, id: string): Promise<void> {
  await sql`delete from auth.users where id = ${id}`;
}

/** The user, with their identities. */
export async function getUser(sql: Sql, id: string): Promise<User | undefined> {
  const [user] = await sql<User[]>`${select(sql)} where id = ${id}`;
  return user;
}

/** A page of users, the newest first, and how many there are in all. */
export async function listUsers(
  sql: Sql,
  page: number,
  perPage: number,
): Promise<{ users: User[]; count: number }> {
  const [total] = await sql<{ count: number }[]>`select count(*)::int as count from auth.users`;
  const users = await sql<User[]>`
    ${select(sql)} order by created_at desc, id limit ${perPage} offset ${(page - 1) * perPage}
  `;
  return { users: Array.from(users), count: total?.count ?? 0 };
}

function select(sql: Sql) {
  return sql`
    select
      id, aud, role, coalesce(email, '') as email, coalesce(phone, '') as phone,
      email_confirmed_at, confirmed_at, last_sign_in_at, banned_until, is_anonymous,
      raw_app_meta_data as app_metadata, raw_user_meta_data as user_metadata,
      created_at, updated_at,
      coalesce((
        select json_agg(json_build_object(
          'identity_id', identity.id, 'id', identity.provider_id, 'user_id', identity.user_id,
          'identity_data', identity.identity_data, 'provider', identity.provider,
          'created_at', identity.created_at, 'updated_at', identity.updated_at
        ))
        from auth.identities as identity
        where identity.user_id = users.id
      ), '[]') as identities
    from auth.users as users
  `;
}
