/** What a log line may hold: flat, JSON, no bodies, no headers. */
export type LogFields = Record<string, string | number | boolean | undefined>;

/** Writes log lines. */
export type Log = (level: "info" | "warn" | "error", event: string, fields?: LogFields) => void;

const SECRETS =
  /(?:sb_secret_|sb_publishable_|c[kr]_(?:live|test)_|whsec_|eyJ|\bc[lt]_(?=[\w-]{40}))[\w.~+/=-]+/g;
const MAX_FIELD = 2_000;

/** A log that writes one JSON line per call; anything that looks like a key or token is masked. */
export function createLog(fixed: LogFields): Log {
  return (level, event, fields = {}) => {
    const line = {
      at: new Date().toISOString(),
      level,
      event,
      ...fixed,
      ...fields,
    };
    console[level](JSON.stringify(line, (_key, value) => fit(value)));
  };
}

/** A log whose every line has these fields, too: what it is about. */
export function about(log: Log, fixed: LogFields): Log {
  return (level, event, fields) => log(level, event, { ...fixed, ...fields });
}

/**
 * An error and its causes as one text for the log, never for a caller. What is not an error may
 * hold anything, and is only named.
 */
export function describe(err: unknown): string {
  const parts: string[] = [];
  for (let at = err; at !== undefined && at !== null && parts.length < 4;) {
    parts.push(at instanceof Error ? (at.stack ?? at.message) : `a ${typeof at} was thrown`);
    at = at instanceof Error ? at.cause : undefined;
  }
  return parts.join("\ncaused by: ");
}

/** A text without what looks like a key or a token. */
export function mask(text: string): string {
  return text.replace(SECRETS, "[secret]");
}

function fit(value: unknown): unknown {
  return typeof value === "string" ? mask(value).slice(0, MAX_FIELD) : value;
}
