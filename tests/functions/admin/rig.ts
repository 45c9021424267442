import assert from "@std/assert";
import type postgres from "postgres";
import admin from "../../../supabase/functions/admin/index.ts";
import { ADDRESS_HEADER, type Person } from "../../stack.ts";
import { inRole } from "../matrix/cast.ts";

export { operator, plantKey, promise } from "../matrix/cast.ts";

/** What came back: the status, the code of a problem, and the body read as JSON where it is some. */
export interface Answer {
  status: number;
  code: string | undefined;
  // deno-lint-ignore no-explicit-any -- what a test reads of a body, it asserts
  body: any;
  text: string;
  headers: Headers;
}

/** Asks the function itself, without a port, as somebody. */
export function as(
  who: Pick<Person, "token" | "address">,
  app: Pick<typeof admin, "request"> = admin,
) {
  return async (
    method: string,
    path: string,
    body?: unknown,
    headers: Record<string, string> = {},
  ): Promise<Answer> => {
    const response = await app.request(path, {
      method,
      headers: {
        authorization: `Bearer ${who.token}`,
        [ADDRESS_HEADER]: who.address,
        ...(body !== undefined && { "content-type": "application/json" }),
        ...headers,
      },
      ...(body !== undefined && { body: JSON.stringify(body) }),
    });
    const text = await response.text();
    const isJson = /json$/.test(response.headers.get("content-type") ?? "");
    const read = isJson && text !== "" ? JSON.parse(text) : undefined;
    const { status } = response;
    return { status, code: read?.code, body: read, text, headers: response.headers };
  };
}

/** Asks as somebody new in a role. */
export async function newcomer(sql: postgres.Sql, role: string) {
  const somebody = await inRole(sql, role);
  return { ...somebody, ask: as(somebody) };
}

/** Asserts a status, and the code of a problem, and gives what was answered. */
export async function expect(
  answer: Promise<Answer>,
  status: number,
  code?: string,
): Promise<Answer> {
  const found = await answer;
  assert.deepEqual([found.status, found.code], [status, code], found.text);
  return found;
}
