import { CloisterError } from "../sdk/mod.ts";
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
  // One key: whatever has to be asked again, it is one run.
  const options = { version, record, idempotencyKey: crypto.randomUUID() };
  const stream = client.stream(agent, input, { ...options, onState });
  const id = stream.id().catch(async (error) => {
    if (tell !== undefined || !mayNotStream(error)) throw error;
    return (await client.start(agent, input, options)).id;
  });
  const ended = (async () => {
    const run = await id;
    try {
      for await (const event of stream) tell?.(event);
    } catch (error) {
      if (tell !== undefined || !mayNotStream(error)) throw error;
    }
    return await client.runs.wait(run);
  })();
  return { ended, cancel: async () => await client.runs.cancel(await id) };
}

function mayNotStream(error: unknown): boolean {
  return error instanceof CloisterError && error.code === "forbidden";
}
