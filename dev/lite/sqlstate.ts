import * as z from "zod";

const SqlError = z.object({
  code: z.string().length(5),
  message: z.string(),
  detail: z.string().nullish(),
  hint: z.string().nullish(),
});

/** The longest prefix of a SQLSTATE decides: PostgREST's table, from its reference on errors. */
const STATUS: Record<string, number> = {
  "08": 503,
  "09": 500,
  "0L": 403,
  "0P": 403,
  "21000": 400,
  "22": 400,
  "22023": 400,
  "23": 400,
  "23503": 409,
  "23505": 409,
  "25": 500,
  "25006": 405,
  "28": 403,
  "2D": 500,
  "38": 500,
  "39": 500,
  "3B": 500,
  "40": 500,
  "42": 400,
  "42501": 403,
  "42883": 404,
  "42P01": 404,
  "42P17": 500,
  "53": 503,
  "53400": 500,
  "54": 413,
  "55": 500,
  "57": 500,
  "57P01": 503,
  "58": 500,
  "F0": 500,
  "HV": 500,
  "P0": 500,
  "P0001": 400,
  "XX": 500,
};

/** What the client of Postgres and the system say of a connection that is not to be had. */
const Unreachable = z.object({
  code: z.string().regex(/^(?:CONNECT(?:ION)?_[A-Z]+|E[A-Z]{3,}|57P0[1-3])$/),
});

const CUSTOM = /^PT([1-5]\d\d)$/;

/**
 * The answer that PostgREST gives to a refused statement, or nothing when `error` is not Postgres'.
 * A refusal for want of rights is 403 to a user and 401 to a caller who has not said who they are.
 */
export function refusal(error: unknown, anonymous: boolean): Response | undefined {
  if (isUnreachable(error)) return unreachable();
  const { success, data } = SqlError.safeParse(error);
  if (!success) return undefined;
  const { code, message, detail, hint } = data;
  const status = Number(CUSTOM.exec(code)?.[1] ?? STATUS[code] ?? STATUS[code.slice(0, 2)] ?? 400);
  const body = { code, details: detail ?? null, hint: hint ?? null, message };
  const headers = { "proxy-status": `PostgREST; error=${code}` };
  if (code === "42501" && anonymous) {
    return Response.json(body, {
      status: 401,
      headers: { ...headers, "www-authenticate": "Bearer" },
    });
  }
  return Response.json(body, { status, headers });
}

/** Whether a statement failed because there is no connection, or none any more. */
export function isUnreachable(error: unknown): boolean {
  return Unreachable.safeParse(error).success;
}

/** What PostgREST answers while it has no connection. */
function unreachable(): Response {
  const message = "Database connection error. Retrying the connection.";
  return Response.json({ code: "PGRST001", details: null, hint: null, message }, { status: 503 });
}
