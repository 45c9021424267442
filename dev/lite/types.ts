// How values cross between Postgres' text format and lite's JSON, so that answers read as PostgREST's.

/** postgres.js' codecs, by type name. */
export const TYPES = {
  // A boolean may come as its text: see the pool.
  bool: { to: 16, from: [16], serialize: String, parse: (text: string) => text === "t" },
  bytea: { to: 17, from: [17], serialize: String, parse: String },
  bigint: { to: 20, from: [20], serialize: String, parse: parseInteger },
  date: { to: 1082, from: [1082], serialize: String, parse: String },
  json: { to: 114, from: [114], serialize: jsonText, parse: parseJson },
  jsonb: { to: 3802, from: [3802], serialize: jsonText, parse: parseJson },
  numeric: { to: 1700, from: [1700], serialize: String, parse: parseNumeric },
  time: { to: 1083, from: [1083], serialize: String, parse: String },
  timestamp: { to: 1114, from: [1114], serialize: String, parse: isoTimestamp },
  timestamptz: { to: 1184, from: [1184], serialize: String, parse: isoTimestamp },
  timetz: { to: 1266, from: [1266], serialize: String, parse: String },
};

/** A string is JSON text already: `Connection` has seen to that. */
function jsonText(value: unknown): string {
  return typeof value === "string" ? value : JSON.stringify(value);
}

function parseJson(text: string): unknown {
  return JSON.parse(text);
}

function parseInteger(text: string): number | bigint {
  const number = Number(text);
  return Number.isSafeInteger(number) ? number : BigInt(text);
}

/** What a double cannot hold to the last digit stays a string. */
function parseNumeric(text: string): number | string {
  const digits = text.includes(".") ? text.replace(/\.?0+$/, "") : text;
  return String(Number(text)) === digits ? Number(text) : text;
}

function isoTimestamp(text: string): string {
  return text.replace(" ", "T").replace(/([+-]\d\d)$/, "$1:00");
}
