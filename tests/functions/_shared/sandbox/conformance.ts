import type { Engine } from "../../../../supabase/functions/_shared/sandbox/engine.ts";
import { cancelling } from "./conformance/cancelling.ts";
import { contract } from "./conformance/contract.ts";
import { errors } from "./conformance/errors.ts";
import { isolation } from "./conformance/isolation.ts";
import { limits } from "./conformance/limits.ts";
import { makePlay, type Promised } from "./conformance/rig.ts";
import { tools } from "./conformance/tools.ts";
import { values } from "./conformance/values.ts";

/** What every engine promises: the suite that holds engines together. */
export function conformance(name: string, makeEngine: () => Engine): void {
  const promise: Promised = (what, test) => {
    Deno.test(`${name} ${what}`, () => test(makePlay(makeEngine())));
  };
  for (const part of [contract, values, limits, errors, tools, cancelling, isolation]) {
    part(promise);
  }
}
