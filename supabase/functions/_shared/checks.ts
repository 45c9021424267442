/** Asks for what a function depends on; rejects where it cannot be had. */
export type Check = (signal: AbortSignal) => Promise<unknown>;

/** How it stands with what a function depends on. */
export interface Found {
  /** `degraded`: something is down that the function works without. */
  status: "ok" | "degraded" | "unavailable";
  checks: Record<string, "ok" | "down">;
}

/** What a function depends on. */
export interface Checks {
  /** Without what is vital the function answers 503. */
  add(name: string, check: Check, isVital: boolean): void;
  /** How it stands with everything. Never throws. */
  look(): Promise<Found>;
}

/** How long a check may take, and how long its word counts. */
const PATIENCE_MS = 5_000;
const KEPT_MS = 5_000;

/**
 * Checks that are made for whoever asks first and for all who ask within five seconds, so that
 * nobody can have the database asked by asking here.
 */
export function createChecks(now: () => number = () => performance.now()): Checks {
  const all: { name: string; check: Check; isVital: boolean }[] = [];
  let seen: Promise<Found> | undefined;
  let until = -Infinity;
  const lookNow: () => Promise<Found> = async () => {
    const found = await Promise.all(all.map(async (it) => ({ ...it, ok: await holds(it.check) })));
    until = now() + KEPT_MS;
    const down = found.filter(({ ok }) => !ok);
    const status = down.some(({ isVital }) => isVital)
      ? "unavailable"
      : down.length > 0
      ? "degraded"
      : "ok";
    const checks: Record<string, "ok" | "down"> = {};
    for (const { name, ok } of found) checks[name] = ok ? "ok" : "down";
    return { status, checks };
  };
  return {
    add: (name, check, isVital) => void all.push({ name, check, isVital }),
    look() {
      if (seen === undefined || now() >= until) {
        until = Infinity; // until it is over
        seen = lookNow();
      }
      return seen;
    },
  };
}

async function holds(check: Check): Promise<boolean> {
  const late = Promise.withResolvers<boolean>();
  const bell = new AbortController();
  const timer = setTimeout(() => {
    bell.abort();
    late.resolve(false);
  }, PATIENCE_MS);
  try {
    const checked = check(bell.signal).then(() => true, () => false);
    return await Promise.race([checked, late.promise]);
  } finally {
    clearTimeout(timer);
  }
}
