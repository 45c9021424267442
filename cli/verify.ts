import type { CloisterClient, Verification } from "../sdk/mod.ts";

/** How often it is asked at most: each time the project has a minute. */
const MOST_ASKED = 10;

/**
 * Plays the attack programs, and asks again for those that there was no time for, unless one time
 * got nowhere. What is `skipped` in the end was never tried.
 */
export async function verifyAll(client: CloisterClient): Promise<Verification> {
  let report = await ask(client, undefined);
  for (let asked = 1; asked < MOST_ASKED; asked++) {
    const left = skippedOf(report);
    if (left.length === 0 || left.length === report.programs.length) break;
    const more = await ask(client, left);
    report = join(report, more);
    if (skippedOf(more).length === left.length) break;
  }
  return report;
}

function ask(client: CloisterClient, programs: string[] | undefined): Promise<Verification> {
  return client.admin.sandbox.verify(programs === undefined ? {} : { programs });
}

function skippedOf({ programs }: Verification): string[] {
  return programs.filter(({ held }) => held === null).map(({ name }) => name);
}

/** The later verdict on a program counts. */
function join(before: Verification, after: Verification): Verification {
  const later = new Map(after.programs.map((verdict) => [verdict.name, verdict]));
  const programs = before.programs.map((verdict) => later.get(verdict.name) ?? verdict);
  const count = (held: boolean | null) => programs.filter((one) => one.held === held).length;
  return { ...after, programs, held: count(true), breached: count(false), skipped: count(null) };
}
