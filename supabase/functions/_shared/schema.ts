import * as z from "zod";

const MAX_PAGE = 100;
const MAX_CURSOR_CHARS = 512;
const NOT_TEXT = "must be well-formed Unicode without null characters";
// deno-lint-ignore no-control-regex -- it is what is looked for
const NO_NULL = /^[^\u0000]*$/;

/** A moment in ISO 8601. Postgres writes it with an offset and microseconds; the wire does not. */
export const Timestamp = z.iso.datetime({ offset: true })
  .overwrite((text) => new Date(text).toISOString())
  .meta({ examples: ["2026-01-02T03:04:05.678Z"] });

/** A text that the database keeps as it is: no null character, no half of a surrogate pair. */
export function text(maxLength: number) {
  return z.string().max(maxLength).regex(NO_NULL, NOT_TEXT)
    .refine((value) => value.isWellFormed(), NOT_TEXT);
}

/** A name is what people type into addresses and command lines. */
export const Name = z.string().regex(
  /^[a-z][a-z0-9_-]{0,62}$/,
  "1 to 63 of a-z, 0-9, _ and -, beginning with a letter",
);

/** What stands in the place of an agent's name in our own addresses: no agent is called so. */
export const RESERVED_NAMES: readonly string[] = [
  ...["drafts", "health", "limits", "openapi", "runs", "usage"],
];

/** How much of a list one request returns, and where it goes on. */
export const PageQuery = z.strictObject({
  limit: z.coerce.number().int().min(1).max(MAX_PAGE).default(20),
  cursor: z.string().max(MAX_CURSOR_CHARS).optional(),
});
export type PageQuery = z.infer<typeof PageQuery>;

/** A page of a list: `next_cursor` is null on the last one. */
export function pageOf<Item extends z.ZodType>(item: Item) {
  return z.object({
    data: z.array(item).max(MAX_PAGE),
    next_cursor: z.string().max(MAX_CURSOR_CHARS).nullable(),
  });
}

/** An RFC 9457 problem document as this API answers it. */
export const Problem = z.object({
  type: z.string().max(200),
  title: z.string().max(200),
  status: z.int().min(400).max(599),
  detail: z.string().max(4_000).optional(),
  instance: z.string().max(200),
  code: z.string().max(64),
  request_id: z.string().max(64),
  errors: z.array(z.object({
    severity: z.enum(["error", "warning"]).optional(),
    code: z.string().max(64),
    message: z.string().max(1_000),
    path: z.string().max(200).optional(),
    line: z.int().positive().optional(),
    column: z.int().positive().optional(),
  })).max(200).optional(),
  retry_after: z.int().min(0).optional(),
}).meta({ id: "Problem" });
