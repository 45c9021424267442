import { checkLimits, type Claim, type Engine, EngineBusy, type Limits } from "../engine.ts";
import { neverStarted } from "../host/job.ts";
import { PROCESS_CEILING, PROCESS_DEFAULTS } from "../process/limits.ts";
import { admit, type Approach } from "./admit.ts";
import { isLoopback } from "./loopback.ts";
import { NAME, placeOf } from "./place.ts";

/** Where a runner is, and how to be let in. */
export interface RemoteOptions extends Partial<Omit<Approach, "url" | "authorize">> {
  /** The runner, or the balancer in front of several: https, or http to loopback. */
  url: string;
  /** A fresh run token for a claim; called once for each try. */
  authorize(claim: Claim): Promise<string>;
  /** What a run gets when nobody chose; those of the process engine unless told otherwise. */
  defaults?: Readonly<Limits>;
  /** The most that is asked of the runner, which has a ceiling of its own. */
  ceiling?: Readonly<Limits>;
}

/**
 * Runs programs on a runner somewhere else. Its place is held there before anything has started;
 * from the job on nothing is tried twice, and an ending that cannot be had is `EngineLost`. Throws
 * a TypeError for a URL that tokens and programs must not be sent to.
 */
export function createRemoteEngine(options: RemoteOptions): Engine {
  const { defaults = PROCESS_DEFAULTS, ceiling = PROCESS_CEILING } = options;
  const way: Approach = {
    fetch: options.fetch ?? fetch,
    connectMs: options.connectMs ?? 5_000,
    silenceMs: options.silenceMs ?? 15_000,
    endingMs: options.endingMs ?? 5_000,
    retries: options.retries ?? 2,
    authorize: (claim) => options.authorize(claim),
    url: runsOf(options.url),
  };
  const enter = async (claim: Claim, signal: AbortSignal) => {
    checkLimits(claim.limits, ceiling);
    return placeOf(await admit(way, claim, signal), claim);
  };
  return {
    name: NAME,
    defaults,
    ceiling,
    admit: enter,
    async *run(job, signal) {
      checkLimits(job.limits, ceiling);
      const run = crypto.randomUUID();
      const place = await enter({ run, tenant: run, limits: job.limits }, signal).catch(
        (thrown: unknown) => {
          if (!(thrown instanceof EngineBusy && signal.aborted)) throw thrown;
        },
      );
      yield* place ? place.run(job, signal) : [neverStarted(job.limits)];
    },
  };
}

function runsOf(text: string): string {
  const url = new URL(text);
  const local = url.protocol === "http:" && isLoopback(url.hostname);
  const allowed = url.protocol === "https:" || local;
  if (!allowed) throw new TypeError("a runner is reached by https, or by http on loopback");
  if (url.username !== "" || url.password !== "" || url.search !== "" || url.hash !== "") {
    throw new TypeError("a runner's URL has no credentials, no query and no fragment");
  }
  return `${url.href.replace(/\/$/, "")}/runs`;
}
