import type { Api } from "./api.ts";
import { ConnectionError } from "./errors.ts";
import { type FollowOptions, followRun } from "./follow.ts";
import { pause } from "./retry.ts";
import { RunStream } from "./run_stream.ts";
import { hasEnded } from "./status.ts";
import type { Run } from "./wire.ts";

/** How an agent is executed. */
export interface RunOptions {
  /** The published version if left out. */
  version?: number | undefined;
  /** Lets the operator's ceiling decide alone, to learn which policy the agent needs. */
  record?: boolean | undefined;
  /** Who says the same key again within 24 hours gets the same run; made up if left out. */
  idempotencyKey?: string | undefined;
  /** Stops waiting. The run goes on: what stops it is `runs.cancel()`. */
  signal?: AbortSignal | undefined;
}

/** How long one request waits for an end at most: gateways cut what is silent for longer. */
const MAX_WAIT_S = 20;
const FIRST_POLL_MS = 500;
const MOST_POLL_MS = 4_000;
const GROWTH = 1.5;

/** Queues a run, and answers at once. */
export function startRun(
  api: Api,
  agent: string,
  input: unknown,
  options: RunOptions,
): Promise<Run> {
  return ask(api, agent, input, options, "respond-async");
}

/** Executes an agent, and answers with the run when it has ended: well or not, its `status` says. */
export async function awaitRun(
  api: Api,
  agent: string,
  input: unknown,
  options: RunOptions,
): Promise<Run> {
  const { signal } = options;
  // Half of what an answer may take, so that the server speaks first.
  const waitS = Math.min(MAX_WAIT_S, Math.floor(api.timeoutMs / 2_000));
  let run = await ask(api, agent, input, options, `wait=${waitS}`);
  for (let ms = FIRST_POLL_MS; !hasEnded(run.status); ms = Math.min(MOST_POLL_MS, ms * GROWTH)) {
    await pause(ms, signal);
    run = await api.request("GET", "/execute/runs/{id}", { params: { id: run.id }, signal });
  }
  return run;
}

/** Executes an agent, to be watched. Nothing is sent before the stream is read. */
export function streamRun(
  api: Api,
  agent: string,
  input: unknown,
  options: RunOptions & FollowOptions,
): RunStream {
  const headers = {
    accept: "text/event-stream",
    "idempotency-key": options.idempotencyKey ?? crypto.randomUUID(),
  };
  return new RunStream(api, async () => {
    const response = await api.fetch("POST", "/execute/agents/{name}", {
      ...requestOf(agent, input, options),
      headers,
    });
    return { id: idOf(response), response };
  }, (opened) => followRun(api, opened, options));
}

function ask(
  api: Api,
  agent: string,
  input: unknown,
  options: RunOptions,
  prefer: string,
): Promise<Run> {
  return api.request("POST", "/execute/agents/{name}", {
    ...requestOf(agent, input, options),
    headers: { prefer, "idempotency-key": options.idempotencyKey ?? crypto.randomUUID() },
  });
}

function requestOf(name: string, input: unknown, { version, record, signal }: RunOptions) {
  return { params: { name }, body: { input, version, record }, signal };
}

/** Which run a stream is of: the answer says so before its first event. */
function idOf(response: Response): string {
  const [, id] = /\/runs\/(run_[0-9a-f]+)$/.exec(response.headers.get("location") ?? "") ?? [];
  if (id === undefined) throw new ConnectionError("The answer does not say which run it is");
  return id;
}
