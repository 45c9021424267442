import * as z from "zod";
import type { EngineHost } from "../../_shared/engine.ts";
import { Fault } from "../../_shared/fault.ts";
import { findEngine } from "../../_shared/placement.ts";
import { type Route, route } from "../../_shared/route.ts";
import { describeSandbox } from "./describe.ts";
import { PROGRAMS } from "./programs.ts";
import { NewVerification, Sandbox, Verification } from "./schema.ts";
import { type Program, verify } from "./verify.ts";

/** A verification is over after so long, whatever it has come to. */
const MAX_VERIFY_MS = 60_000;

/** What an operator can ask of the sandbox that this deployment runs agents in. */
export function createSandbox(
  engine: EngineHost,
  programs: readonly Program[] = PROGRAMS,
): readonly Route[] {
  let verifying = false;
  return [
    route({
      method: "get",
      path: "/sandbox",
      summary: "Say which sandbox runs the agents of this deployment",
      accept: z.object({}),
      needs: "admin",
      fresh: true,
      budget: "read",
      reply: Sandbox,
      faults: ["engine_busy", "engine_unavailable"],
    }, (_, { caller, signal }) => describeSandbox(engine, { tenant: caller.userId, signal })),
    route({
      method: "post",
      path: "/sandbox/verify",
      summary: "Play attack programs on this deployment's sandbox, and say which it held",
      accept: z.object({ body: NewVerification }),
      needs: "admin",
      fresh: true,
      budget: "execute",
      reply: Verification,
      faults: ["verification_in_progress", "engine_busy", "engine_unavailable"],
    }, async ({ body }, { caller, signal: left }) => {
      if (verifying) throw new Fault("verification_in_progress");
      verifying = true;
      try {
        const signal = AbortSignal.any([left, AbortSignal.timeout(MAX_VERIFY_MS)]);
        const chosen = choose(programs, body.programs);
        return await verify(await findEngine(engine), chosen, { tenant: caller.userId, signal });
      } finally {
        verifying = false;
      }
    }),
  ];
}

function choose(programs: readonly Program[], names: readonly string[] | undefined) {
  if (names === undefined) return programs;
  const unknown = names.find((name) => !programs.some((program) => program.name === name));
  if (unknown === undefined) return programs.filter(({ name }) => names.includes(name));
  const item = { code: "unknown_program", message: "There is no such program", path: "programs" };
  throw new Fault("invalid_request", "A program is not one of ours.", { items: [item] });
}
