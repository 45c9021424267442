/** How deep JSON that leaves a guest may be: what reads it later, Postgres too, recurses. */
export const MAX_JSON_DEPTH = 256;

const QUOTE = 0x22;
const BACKSLASH = 0x5c;
const OPENING: ReadonlySet<number> = new Set([0x5b, 0x7b]);
const CLOSING: ReadonlySet<number> = new Set([0x5d, 0x7d]);

/**
 * Is a valid JSON text nested at most {@link MAX_JSON_DEPTH} levels deep? It is asked on top of a
 * guest's stack, which may be nearly used up, so it neither recurses nor uses regular expressions:
 * V8 ends the process when the stack ends while it compiles one.
 */
export function isShallow(json: string): boolean {
  if (json.length < MAX_JSON_DEPTH * 2) return true;
  let depth = 0;
  let inString = false;
  for (let at = 0; at < json.length; at++) {
    const unit = json.charCodeAt(at);
    if (unit === QUOTE) inString = !inString;
    else if (unit === BACKSLASH) at++;
    else if (inString) continue;
    else if (OPENING.has(unit) && ++depth > MAX_JSON_DEPTH) return false;
    else if (CLOSING.has(unit)) depth--;
  }
  return true;
}
