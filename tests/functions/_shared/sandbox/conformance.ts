import type { Engine } from "../../../../supabase/functions/_shared/sandbox/engine.ts";
import { bytes } from "./conformance/bytes.ts";
import { cancelling } from "./conformance/cancelling.ts";
import { contract } from "./conformance/contract.ts";
import { errors } from "./conformance/errors.ts";
import { isolation } from "./conformance/isolation.ts";
import { language } from "./conformance/language.ts";
import { limits } from "./conformance/limits.ts";
import { powers } from "./conformance/powers.ts";
import { makePlay, type Promised } from "./conformance/rig.ts";
import { tools } from "./conformance/tools.ts";
import { typescript } from "./conformance/typescript.ts";
import { values } from "./conformance/values.ts";

/** A part of the suite: promises about one subject. */
export type Part = (promise: Promised) => void;

/** Every part there is. */
export const PARTS: readonly Part[] = [
  contract,
  values,
  limits,
  errors,
  tools,
  powers,
  bytes,
  cancelling,
  isolation,
  language,
  typescript,
];

/** How one engine takes part in the suite. */
export interface Registration {
  /** All of them, unless some are chosen. */
  parts?: readonly Part[];
  /** Why the engine cannot be had here: its tests are then shown as ignored, with this reason. */
  absent?: string | undefined;
}

/**
 * Registers what every engine promises: the suite that holds engines together. The engine is made
 * for the first test and, where it can be, disposed of by the last one.
 */
export function conformance(
  name: string,
  makeEngine: () => Engine | Promise<Engine & AsyncDisposable>,
  { parts = PARTS, absent }: Registration = {},
): void {
  let engine: Engine | Promise<Engine & AsyncDisposable> | undefined;
  const ignore = absent !== undefined;
  const subject = ignore ? `${name} (${absent})` : name;
  const register = (what: string, fn: () => Promise<void>) => {
    // a pool works on between two tests: its processes are counted by the last one
    Deno.test({
      name: `${subject} ${what}`,
      ignore,
      sanitizeOps: false,
      sanitizeResources: false,
      fn,
    });
  };
  const promise: Promised = (what, test) => {
    register(what, async () => await test(makePlay(await (engine ??= makeEngine()))));
  };
  for (const part of parts) part(promise);
  register("can be ended, with everything that it started", async () => {
    const made = await engine;
    if (made !== undefined && Symbol.asyncDispose in made) await made[Symbol.asyncDispose]();
  });
}
