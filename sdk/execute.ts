import type { Api } from "./api.ts";
import { ConnectionError } from "./errors.ts";
import { type FollowOptions, followRun } from "./follow.ts";
import { delayOf, isWorthwhile, pause } from "./retry.ts";
import { RunStream } from "./run_stream.ts";
import { hasEnded } from "./status.ts";
import { MAX_RECONNECTS, waitForRun, type WaitOptions } from "./wait.ts";
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
/** What stood open for longer had reached the server. */
const REACHED_MS = 1_000;
/** A server that has just waited for the end is asked again a little later. */
const FIRST_POLL_MS = 500;

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
  options: RunOptions & WaitOptions,
): Promise<Run> {
  const held = api.held();
  const run = await begin(held, agent, input, options);
  if (hasEnded(run.status)) return run;
  await pause(FIRST_POLL_MS, options.signal);
  return await waitForRun(held, run.id, options);
}

/**
 * Begins a run, and gives it as it is when the server has waited for its end. What broke at once never
 * reached the server; what broke later may have begun a run that only the same key finds again.
 */
async function begin(
  api: Api,
  agent: string,
  input: unknown,
  options: RunOptions & WaitOptions,
): Promise<Run> {
  const { idempotencyKey = crypto.randomUUID(), maxReconnects = MAX_RECONNECTS, signal } = options;
  // Half of what an answer may take, so that the server speaks first.
  const waitS = Math.min(MAX_WAIT_S, Math.floor(api.timeoutMs / 2_000));
  let most = api.maxRetries;
  for (let failures = 0;;) {
    const asked = performance.now();
    try {
      return await ask(api, agent, input, { ...options, idempotencyKey }, `wait=${waitS}`, 0);
    } catch (err) {
      signal?.throwIfAborted();
      const isLost = err instanceof ConnectionError && performance.now() - asked > REACHED_MS;
      if (isLost) most = Math.max(most, maxReconnects);
      if (!isWorthwhile(err, true) || failures++ >= most) throw err;
      await pause(delayOf(err, failures - 1), signal);
    }
  }
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
  const held = api.held();
  return new RunStream(held, async () => {
    const response = await held.fetch("POST", "/execute/agents/{name}", {
      ...requestOf(agent, input, options),
      headers,
    });
    return { id: idOf(response), response };
  }, (opened) => followRun(held, opened, options));
}

function ask(
  api: Api,
  agent: string,
  input: unknown,
  options: RunOptions,
  prefer: string,
  retries?: number,
): Promise<Run> {
  return api.request("POST", "/execute/agents/{name}", {
    ...requestOf(agent, input, options),
    headers: { prefer, "idempotency-key": options.idempotencyKey ?? crypto.randomUUID() },
    retries,
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
