import { CloisterError, hasEnded } from "../sdk/mod.ts";
import type { CloisterClient, Run } from "../sdk/mod.ts";
import { EXIT, type ExitCode, exitOfRun } from "./exit.ts";
import type { Happening } from "./events.ts";
import type { Output } from "./output.ts";
import type { World } from "./world.ts";

/** What is to be executed. */
export interface Order {
  readonly agent: string;
  readonly input: unknown;
  readonly version?: number | undefined;
  readonly record?: boolean | undefined;
}

/** A run that has ended, and what a shell is told about it. */
export interface Outcome {
  readonly run: Run;
  readonly code: ExitCode;
}

const POLL_MS = 500;

/**
 * Executes an agent to its end, with each event told as it comes. The first Ctrl-C cancels the run,
 * the second leaves it alone. Whoever may not stream has the run queued and asks for its end; then
 * there are no events unless they were wanted.
 */
export async function execute(
  { world, client, out }: { world: World; client: CloisterClient; out: Output },
  order: Order,
  tell?: (event: Happening) => void,
): Promise<Outcome> {
  const watched = watch(client, order, tell, (state) => {
    if (state === "reconnecting") out.say("The connection is lost. Trying again; the run goes on.");
  });
  let interrupts = 0;
  const stop = world.onInterrupt(() => {
    if (++interrupts > 1) return world.leave(EXIT.interrupted);
    out.say("Cancelling the run. Ctrl-C again leaves at once, and the run as it is.");
    watched.cancel().catch(() => out.say("The run could not be cancelled."));
  });
  try {
    const run = await watched.ended;
    const code = interrupts > 0 && run.status === "cancelled"
      ? EXIT.interrupted
      : exitOfRun(run.status);
    return { run, code };
  } finally {
    stop();
  }
}

interface Watched {
  readonly ended: Promise<Run>;
  cancel(): Promise<unknown>;
}

function watch(
  client: CloisterClient,
  order: Order,
  tell: ((event: Happening) => void) | undefined,
  onState: (state: "connected" | "reconnecting") => void,
): Watched {
  const { agent, input, version, record } = order;
  const stream = client.stream(agent, input, { version, record, onState });
  let queued: Promise<Run> | undefined;
  const ended = (async () => {
    try {
      for await (const event of stream) tell?.(event);
      return await stream.run();
    } catch (error) {
      if (tell !== undefined || !mayNotStream(error)) throw error;
      queued = client.start(agent, input, { version, record });
      return await poll(client, (await queued).id);
    }
  })();
  const id = async () => queued === undefined ? await stream.id() : (await queued).id;
  return { ended, cancel: async () => await client.runs.cancel(await id()) };
}

function mayNotStream(error: unknown): boolean {
  return error instanceof CloisterError && error.code === "forbidden";
}

async function poll(client: CloisterClient, id: string): Promise<Run> {
  for (;;) {
    const run = await client.runs.get(id);
    if (hasEnded(run.status)) return run;
    await new Promise((resolve) => setTimeout(resolve, POLL_MS));
  }
}
