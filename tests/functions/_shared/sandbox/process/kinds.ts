import type { Limits } from "../../../../../supabase/functions/_shared/sandbox/engine.ts";
import { LOOP, ONE, SLEEP } from "./rig.ts";

const GOOD: readonly [string, Partial<Limits>] = [ONE, {}];

/** Programs that end in every way there is, with many that end well in between. */
export const PROGRAM_KINDS: readonly (readonly [program: string, limits: Partial<Limits>])[] = [
  ...Array.from({ length: 14 }, () => GOOD),
  ["export default () => { throw new Error('x') }", {}],
  ["(", {}],
  [LOOP, { cpuMs: 20 }],
  [SLEEP, { wallMs: 20 }],
  ["export default () => 'x'.repeat(300_000)", {}],
  ["export default () => 'x'.repeat(2 ** 28).split('')", {}],
];
