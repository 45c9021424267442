import type { Verdict, Verification } from "../../../../sdk/wire.ts";

/** Asks to play some programs, or all of them. */
export type Ask = (programs: readonly string[] | undefined) => Promise<Verification>;

/**
 * Verifies until no program is left out for want of time: a request has a minute, which may not do
 * for all. `tell` hears of every step. Ends early when a whole request got nowhere.
 */
export async function verifyAll(ask: Ask, tell: (soFar: Verification) => void): Promise<void> {
  let report = await ask(undefined);
  tell(report);
  for (let left = skippedOf(report); left.length > 0; left = skippedOf(report)) {
    const more = await ask(left);
    report = join(report, more);
    tell(report);
    if (skippedOf(more).length === left.length) return;
  }
}

function skippedOf({ programs }: Verification): string[] {
  return programs.filter(({ held }) => held === null).map(({ name }) => name);
}

/** The later verdict on a program counts. */
function join(before: Verification, after: Verification): Verification {
  const later = new Map(after.programs.map((verdict) => [verdict.name, verdict]));
  const programs = before.programs.map((verdict) => later.get(verdict.name) ?? verdict);
  const count = (held: Verdict["held"]) => programs.filter((item) => item.held === held).length;
  return { ...after, programs, held: count(true), breached: count(false), skipped: count(null) };
}
