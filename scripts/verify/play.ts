import type { Engine } from "../../supabase/functions/_shared/sandbox/engine.ts";
import { openRange } from "../../tests/attacks/harness.ts";
import type { Attack } from "../../tests/attacks/program.ts";

/** What became of a class of programs. */
export interface Tally {
  held: number;
  total: number;
}

/** A program that was not held, and what was seen. */
export interface Breach {
  program: string;
  attempted: string;
  seen: readonly string[];
}

/** What an engine came to. */
export interface Played {
  classes: Record<string, Tally>;
  breaches: Breach[];
  seconds: number;
}

/** Plays programs on an engine, one by one, with every oracle watching; `note` hears of each. */
export async function playAll(
  engine: Engine,
  attacks: readonly Attack[],
  note: (held: boolean) => void,
): Promise<Played> {
  const started = performance.now();
  const classes: Record<string, Tally> = {};
  const breaches: Breach[] = [];
  await using range = await openRange(engine);
  for (const attack of attacks) {
    const { name, attempted } = attack;
    const seen = (await range.attempt(attack)).breaches;
    const tally = classes[name.charAt(0)] ??= { held: 0, total: 0 };
    tally.total++;
    if (seen.length === 0) tally.held++;
    else breaches.push({ program: name, attempted, seen });
    note(seen.length === 0);
  }
  return { classes, breaches, seconds: Math.round((performance.now() - started) / 1000) };
}
