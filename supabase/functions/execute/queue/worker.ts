import { keepAlive } from "../../_shared/background.ts";
import { uuid7 } from "../../_shared/ids.ts";
import { describe } from "../../_shared/log.ts";
import type { Platform } from "../../_shared/platform.ts";
import type { Stage } from "../runs/stage.ts";
import { carryOut } from "./carry_out.ts";
import { type Claimed, claimRun } from "./repo.ts";

/** How many queued runs go on at once in one isolate. */
const WIDTH = 4;
/** An isolate is only sure of half its wall clock: what begins later may not end. */
const WORK_MS = 60_000;

/** Who works the queue off in this isolate, where no runner does. */
export interface Worker {
  /** Sees to it that the queue is looked at, in the background. */
  stir(platform: Platform): void;
  /** The same, and answers how many runs were taken at once. Throws where the queue cannot be asked. */
  look(platform: Platform): Promise<number>;
}

/** A worker at a stage; of one user's runs alone, where one is named. */
export function createWorker(stage: Stage, onlyOwner?: string): Worker {
  const name = `edge:${uuid7()}`;
  let hands = 0;
  let stirred = 0;

  /** Takes runs one after the other until there is none, and reports what came of the first look. */
  async function work(platform: Platform, report: (first: Claimed | undefined) => void) {
    const until = performance.now() + WORK_MS;
    for (let able = true; able && performance.now() < until;) {
      const seen = stirred;
      const claimed = await claimRun(platform.service(), name, onlyOwner);
      report(claimed === "again" ? undefined : claimed);
      if (claimed === "again") continue;
      if (claimed !== undefined) able = await carryOut(stage, platform, claimed);
      // Something came into the queue while it was found empty.
      else if (seen === stirred) return;
    }
  }

  /** One more hand, if there is one free. */
  function lend(platform: Platform): Promise<Claimed | undefined> {
    stirred++;
    if (hands >= WIDTH) return Promise.resolve(undefined);
    hands++;
    const first = Promise.withResolvers<Claimed | undefined>();
    const done = work(platform, first.resolve)
      .catch((cause) => {
        platform.log("warn", "queue_not_worked", { cause: describe(cause) });
        first.reject(cause);
      })
      .finally(() => void hands--);
    keepAlive(done);
    return first.promise;
  }

  return {
    stir: (platform) => void lend(platform).catch(() => {}),
    async look(platform) {
      const firsts = await Promise.all(Array.from({ length: WIDTH }, () => lend(platform)));
      return firsts.filter((first) => first !== undefined).length;
    },
  };
}
