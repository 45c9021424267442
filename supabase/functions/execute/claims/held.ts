import type { Claimed } from "../../_shared/claim_token.ts";
import { Fault } from "../../_shared/fault.ts";
import type { RunnerCall } from "../../_shared/route.ts";

/**
 * What a token says that a runner was given, if it was given to this runner and is about this run.
 * Forged, foreign and mistaken ones are the same: there is no such run. Whether the run is the
 * runner's still, the database says.
 */
export async function readClaim(
  { runner, platform }: Pick<RunnerCall, "runner" | "platform">,
  run: string,
  token: string,
): Promise<Claimed> {
  const claimed = await platform.claimTokens.read(token);
  if (claimed === undefined || claimed.runner !== runner || claimed.run !== run) {
    throw new Fault("not_found");
  }
  return claimed;
}
