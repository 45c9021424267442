/** How deep JSON that leaves a guest may be: what reads it later, Postgres too, recurses. */
export const MAX_JSON_DEPTH = 256;

const STRINGS = /"(?:[^"\\]|\\.)*"/g;
const BRACKETS = /[[\]{}]/g;

/** Is a valid JSON text nested at most {@link MAX_JSON_DEPTH} levels deep? */
export function isShallow(json: string): boolean {
  if (json.length < MAX_JSON_DEPTH * 2) return true;
  let depth = 0;
  for (const [bracket] of json.replace(STRINGS, "").matchAll(BRACKETS)) {
    depth += bracket === "[" || bracket === "{" ? 1 : -1;
    if (depth > MAX_JSON_DEPTH) return false;
  }
  return true;
}
