import * as z from "zod";

/** Keys come as `{"default": "sb_…", "<name>": "sb_…"}`. */
const Keys = z.object({ default: z.string().min(1) });

const PublishableKeys = z.string().transform((text, ctx) => {
  const parsed = Keys.safeParse(parseJson(text));
  if (parsed.success) return parsed.data.default;
  ctx.addIssue('must be JSON like {"default": "sb_…"}');
  return z.NEVER;
});

/** The default key opens the database; the one named `cron` is only what the clock is known by. */
const SecretKeys = z.string().transform((text, ctx) => {
  const parsed = Keys.extend({ cron: z.string().min(20).exactOptional() }).safeParse(
    parseJson(text),
  );
  if (!parsed.success) {
    ctx.addIssue('must be JSON like {"default": "sb_…"}, with "cron" of 20 characters or more');
  } else if (parsed.data.default === parsed.data.cron) {
    ctx.addIssue('must not have the default key as "cron", too');
  } else return parsed.data;
  return z.NEVER;
});

/** The variables of the project's own keys. */
export const KEY_VARIABLES = {
  SUPABASE_PUBLISHABLE_KEYS: PublishableKeys,
  SUPABASE_SECRET_KEYS: SecretKeys,
};

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
