/** What a client would like of an answer that takes its time (RFC 7240). */
export interface Preferences {
  /** `respond-async`: answer before it is done. */
  respondAsync: boolean;
  /** `wait`: how many seconds to try to be done within. */
  waitS: number | undefined;
}

const MAX_WAIT_S = 3_600;
/** Up to a comma that does not stand in quotes. */
const PREFERENCE = /(?:[^",]|"[^"]*"?)+/g;
const WAIT = /^wait\s*=\s*"?(\d{1,9})"?$/;

/**
 * Reads a `Prefer` header. What is unknown or malformed is passed over, as the RFC wants it; of
 * what is said twice the first counts, and no wait is longer than an hour.
 */
export function readPreferences(header: string | undefined): Preferences {
  const asked = [...(header ?? "").toLowerCase().matchAll(PREFERENCE)]
    .map(([preference]) => preference)
    .map((preference) => preference.split(";")[0]?.trim() ?? "");
  const wait = asked.map((preference) => WAIT.exec(preference)?.[1])
    .find((seconds) => seconds !== undefined);
  return {
    respondAsync: asked.includes("respond-async"),
    waitS: wait === undefined ? undefined : Math.min(Number(wait), MAX_WAIT_S),
  };
}
