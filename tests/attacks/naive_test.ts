import assert from "@std/assert";
import { NAIVE_CAN_BE_SHOWN, playNaively } from "./naive.ts";
import { type Attack, readAttacks } from "./program.ts";
import { PROGRAMS } from "./suite.ts";

const attacks = await readAttacks(PROGRAMS);
const classes = Map.groupBy(attacks, ({ name }) => name.charAt(0));
const ignore = !NAIVE_CAN_BE_SHOWN;

/** These need gigabytes for a moment; the others of their kind prove the same. */
const HEAVY = /^(?:h04|h1[0-1]|h3[6-9]|h40)_/;

for (const [letter, programs] of classes) {
  const live = programs.filter(({ name, breachesNaively }) => breachesNaively && !HEAVY.test(name));
  if (live.length === 0) continue;
  Deno.test({
    name: `a naive Worker holds none of ${live.length} live programs of class ${letter}`,
    ignore,
    fn: async () => assert.deepEqual(await listHeld(live), []),
  });
}

Deno.test({
  name: "a naive Worker runs honest programs, and no oracle of the control cries",
  ignore,
  async fn() {
    const honest = attacks.filter(({ name }) => /^n0[1-3]_/.test(name));
    assert.deepEqual((await listHeld(honest)).length, honest.length);
  },
});

Deno.test("README.md counts the programs as they are", async () => {
  const readme = await Deno.readTextFile(new URL("./README.md", import.meta.url));
  const rows = [...classes].map(([letter, programs]) => {
    const live = programs.filter(({ breachesNaively }) => breachesNaively).length;
    return [letter, programs.length, live].join();
  });
  const written = [...readme.matchAll(/^\| `([a-z])` .*\| +(\d+) +\| +(\d+) +\|$/gm)];
  assert.deepEqual(written.map((row) => row.slice(1).join()), rows);
});

/** Plays programs two at a time, and tells which of them did not get out. */
async function listHeld(programs: readonly Attack[]): Promise<string[]> {
  const queue = [...programs];
  const held: string[] = [];
  const play = async () => {
    for (let next = queue.shift(); next; next = queue.shift()) {
      if (!await breachesNow(next)) held.push(next.name);
    }
  };
  await Promise.all([play(), play()]);
  return held;
}

/** On a busy machine programs need a second look, and more time. */
async function breachesNow(attack: Attack): Promise<boolean> {
  for (const patience of attack.breachesNaively ? [1, 3, 8] : [1]) {
    if ((await playNaively(attack, patience)).length > 0) return true;
  }
  return false;
}
