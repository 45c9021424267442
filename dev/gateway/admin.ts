import type { Sql } from "postgres";
import * as z from "zod";
import { Attributes, createUser, getUser, listUsers, removeUser, updateUser } from "./users.ts";

const Page = z.object({
  page: z.coerce.number().int().positive().catch(1),
  per_page: z.coerce.number().int().positive().max(1000).catch(50),
});
const SqlError = z.object({ code: z.string() });

type Reply = [status: number, body: unknown, headers?: Record<string, string>];

/** Answers `auth.admin`'s createUser, listUsers, getUserById, updateUserById and deleteUser. */
export async function administer(request: Request, sql: Sql): Promise<Response> {
  const [status, body, headers = {}] = await answer(request, sql).catch(refuse);
  return Response.json(body, { status, headers });
}

async function answer(request: Request, sql: Sql): Promise<Reply> {
  const url = new URL(request.url);
  const [collection, id, ...rest] = url.pathname.slice("/auth/v1/admin/".length).split("/");
  if (collection !== "users" || rest.length > 0) {
    return fault(404, "not_found", "There is no such endpoint");
  }
  if (id !== undefined) return await answerOne(request, sql, id);
  if (request.method === "GET") return await answerPage(url, sql);
  if (request.method !== "POST") return notAllowed();
  const given = Attributes.parse(await request.json());
  if (given.email === undefined) return fault(400, "validation_failed", "A user needs an email");
  return [200, await getUser(sql, await createUser(sql, given))];
}

async function answerOne(request: Request, sql: Sql, id: string): Promise<Reply> {
  if (!z.uuid().safeParse(id).success) {
    return fault(404, "validation_failed", "user_id must be an UUID");
  }
  if (!["GET", "PUT", "DELETE"].includes(request.method)) return notAllowed();
  if (request.method === "PUT") {
    await updateUser(sql, id, Attributes.parse(await request.json()));
  }
  const user = await getUser(sql, id);
  if (user === undefined) return fault(404, "user_not_found", "User not found");
  if (request.method !== "DELETE") return [200, user];
  await removeUser(sql, id);
  return [200, {}];
}

async function answerPage({ pathname, searchParams }: URL, sql: Sql): Promise<Reply> {
  const { page, per_page: perPage } = Page.parse(Object.fromEntries(searchParams));
  const { users, count } = await listUsers(sql, page, perPage);
  const last = Math.max(1, Math.ceil(count / perPage));
  const to = (number: number, rel: string) =>
    `<${pathname}?page=${number}&per_page=${perPage}>; rel="${rel}"`;
  const link = [...page < last ? [to(page + 1, "next")] : [], to(last, "last")].join(", ");
  return [200, { users, aud: "authenticated" }, { link, "x-total-count": String(count) }];
}

function refuse(error: unknown): Reply {
  if (error instanceof z.ZodError) return fault(422, "validation_failed", z.prettifyError(error));
  if (error instanceof SyntaxError) return fault(400, "bad_json", "Could not parse request body");
  if (SqlError.safeParse(error).data?.code === "23505") {
    return fault(422, "email_exists", "A user with this email address has already been registered");
  }
  throw error;
}

function notAllowed(): Reply {
  return fault(405, "method_not_allowed", "The method is not allowed here");
}

function fault(code: number, error_code: string, msg: string): Reply {
  return [code, { code, error_code, msg }, { "x-sb-error-code": error_code }];
}
