/** What a log line may hold. No program, input, output, token or header belongs here. */
export type LogFields = Record<string, string | number | boolean | undefined>;

/** Writes log lines. */
export type Log = (level: "info" | "warn" | "error", event: string, fields?: LogFields) => void;

const MAX_FIELD = 2_000;

/** Writes one JSON line per call to the process's output. */
export const log: Log = (level, event, fields = {}) => {
  const line = { at: new Date().toISOString(), level, event, ...fields };
  const cut = (_key: string, value: unknown) =>
    typeof value === "string" ? value.slice(0, MAX_FIELD) : value;
  console.log(JSON.stringify(line, cut));
};

/** An error and its causes, for the log alone. What is no error may hold anything, and is named. */
export function describe(thrown: unknown): string {
  const parts: string[] = [];
  for (let at = thrown; at !== undefined && at !== null && parts.length < 4;) {
    parts.push(at instanceof Error ? (at.stack ?? at.message) : `a ${typeof at} was thrown`);
    at = at instanceof Error ? at.cause : undefined;
  }
  return parts.join("\ncaused by: ");
}
