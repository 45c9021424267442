import { ToolRefusal } from "../policy/refusal.ts";

/** The time that a request has, which its caller can cut short. */
export interface Deadline {
  /** Its reason is the `ToolRefusal` that everything fails with from then on. */
  readonly signal: AbortSignal;
  /** Gives way to the signal where the work takes no signal of its own. */
  within<Result>(work: Promise<Result>): Promise<Result>;
  /** Ends what still runs; the timer too. */
  end(): void;
}

/** Begins the time. `timed_out` when it is over, `run_ended` when the caller has gone. */
export function createDeadline(timeoutMs: number, caller: AbortSignal): Deadline {
  const controller = new AbortController();
  const { signal } = controller;
  const leave = () => controller.abort(new ToolRefusal("run_ended", "The call was given up."));
  const timer = setTimeout(() => {
    controller.abort(new ToolRefusal("timed_out", `There was no whole answer in ${timeoutMs} ms.`));
  }, timeoutMs);
  caller.addEventListener("abort", leave);
  if (caller.aborted) leave();
  return {
    signal,
    within: (work) =>
      new Promise((resolve, reject) => {
        const abort = () => reject(signal.reason);
        signal.addEventListener("abort", abort);
        if (signal.aborted) abort();
        work.then(resolve, reject).finally(() => signal.removeEventListener("abort", abort));
      }),
    end() {
      clearTimeout(timer);
      caller.removeEventListener("abort", leave);
      leave();
    },
  };
}
