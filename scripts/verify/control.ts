import { NAIVE_CAN_BE_SHOWN, playNaively } from "../../tests/attacks/naive.ts";
import type { Attack } from "../../tests/attacks/program.ts";

/** What the control showed: a harness that cannot make a naive Worker fail tests nothing. */
export interface Control {
  played: number;
  /** Programs that the naive Worker held although they are known to get out of it. */
  held: string[];
}

/** These need gigabytes for a moment. */
const HEAVY = /^h(?:0[4789]|1\d|3[6-9]|4[02])_/;
const EVERY = 4;

/** Plays some live programs in a naive Worker. Undefined where Deno is too old to show it. */
export async function playControl(attacks: readonly Attack[]): Promise<Control | undefined> {
  if (!NAIVE_CAN_BE_SHOWN) return undefined;
  const live = attacks.filter(({ name, breachesNaively }) => breachesNaively && !HEAVY.test(name));
  const some = live.filter((_, index) => index % EVERY === 0);
  const held: string[] = [];
  for (const attack of some) {
    const out = (await playNaively(attack)).length > 0 || (await playNaively(attack)).length > 0;
    if (!out) held.push(attack.name);
  }
  return { played: some.length, held };
}
