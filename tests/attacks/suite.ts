import assert from "@std/assert";
import type { Engine } from "../../supabase/functions/_shared/sandbox/engine.ts";
import {
  type ProcessOptions,
  startProcessEngine,
} from "../../supabase/functions/_shared/sandbox/process/engine.ts";
import { openRange, type Range } from "./harness.ts";
import { type Attack, readAttacks, type Want } from "./program.ts";

/** What is promised of a program of each kind. */
const PROMISE = {
  timeout: "is stopped at its limit",
  memory: "takes no memory beyond its limit",
  limit: "is cut off at its limit",
  refused: "reaches nothing",
  error: "fails, and nothing hangs",
  harmless: "has no effect outside",
  ok: "runs",
} as const satisfies Record<Want, string>;

/** Where the programs of this repository lie. */
export const PROGRAMS = new URL("./programs", import.meta.url).pathname;

/** An engine that a suite has started, and how to stop it. */
export interface Started extends AsyncDisposable {
  engine: Engine;
}

/** What a suite plays, and why it cannot. */
export interface Choice {
  /** Says which of the programs are played; all of them if it is left out. */
  fits?(attack: Attack): boolean;
  /** Why this engine is not there: its programs are ignored, visibly. */
  missing?: string | undefined;
}

/**
 * Plays every program on one engine, one by one, with everything watched. CLOISTER_ATTACKS adds
 * another folder of programs in the same format.
 */
export async function holdAttacks(
  name: string,
  start: () => Promise<Started>,
  { fits = () => true, missing }: Choice = {},
): Promise<void> {
  const extra = Deno.env.get("CLOISTER_ATTACKS");
  const folders = [PROGRAMS, ...(extra ? [extra] : [])];
  const attacks = (await Promise.all(folders.map(readAttacks))).flat().filter(fits);
  if (missing !== undefined) return ignore(`${name} holds all attacks (${missing})`);
  let started: Started | undefined;
  let range: Range | undefined;
  Deno.test.beforeAll(async () => {
    started = await start();
    range = await openRange(started.engine);
  });
  Deno.test.afterAll(async () => {
    await range?.[Symbol.asyncDispose]();
    await started?.[Symbol.asyncDispose]();
  });
  for (const attack of attacks) {
    Deno.test(`${name} ${attack.name}: «${attack.attempted}» ${PROMISE[attack.want]}`, async () => {
      assert.ok(range);
      const { statuses, breaches } = await range.attempt(attack);
      assert.deepEqual(breaches, [], `it ended as ${statuses.join(" and ")}`);
    });
  }
}

/** An engine of two processes, so that what is left behind does not hide among many. */
export async function startBoxed(options: ProcessOptions): Promise<Started> {
  const engine = await startProcessEngine({ places: 2, warm: 2, log() {}, ...options });
  return { engine, [Symbol.asyncDispose]: () => engine[Symbol.asyncDispose]() };
}

/**
 * The programs that a box around a process has anything to do with: all that reach out of the
 * realm, and some of those that only compute. The strongest box is played them all.
 */
export function touchesBox({ name }: Attack): boolean {
  return /^[efhsx]/.test(name) || /^c.*[05]_/.test(name);
}

function ignore(name: string): void {
  Deno.test({ name, ignore: true, fn() {} });
}
