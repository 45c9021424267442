import type { EngineHost } from "../../_shared/engine.ts";
import { Fault } from "../../_shared/fault.ts";
import { matchInput, parseInputSchema } from "../../_shared/input_schema.ts";
import { jsonText, utf8Bytes } from "../../_shared/json.ts";
import { uuid7 } from "../../_shared/ids.ts";
import { findEngine, findPlace } from "../../_shared/placement.ts";
import { sha256 } from "../../_shared/prepared.ts";
import type { Call } from "../../_shared/route.ts";
import type { Limits, Place } from "../../_shared/sandbox/engine.ts";
import { toWire } from "../../_shared/sandbox/remote/wire.ts";
import type { Span } from "../../_shared/trace/tracer.ts";
import type { Idempotency, Ledger, QueueRequest } from "./ledger.ts";
import { approvalSeconds, limitsFor, mayCall } from "./limits.ts";
import { findAsked, findProgram, type Program } from "./repo.ts";
import { IdempotencyKey, type NewRun, type Run, runId } from "./schema.ts";

const MAX_INPUT_BYTES = 256 * 1024;

/** What a caller asked for: an agent's name, and the body of the request. */
export interface Asked {
  agent: string;
  body: NewRun;
}

/** A run that was started just now, in the place where it is to execute. */
export interface Started {
  run: Run;
  program: Program;
  /** JSON text. */
  input: string;
  limits: Limits;
  place: Place;
  /** The run's own, which ends with it. */
  span: Span;
}

/** What starting needs beside the call. */
export interface Starters {
  engine: EngineHost;
  ledger: Ledger;
}

/** A run from before, by its idempotency key, whether it has ended or goes on. */
export interface Replayed {
  replayed: Run;
}

/**
 * Everything between a request and a running run: the version the caller can see, its schema's
 * word on the input, a place on the engine, and the database's consent, in this order: nothing is
 * written unless all of it holds, and a run never waits once it has started. An idempotency key
 * that came before gives the run from then.
 */
export async function startRun(
  call: Call,
  { engine, ledger }: Starters,
  asked: Asked,
): Promise<Started | Replayed> {
  const ready = await prepare(call, ledger, asked);
  if ("replayed" in ready) return ready;
  const { program, request } = ready;
  const [chosen, waitS] = await Promise.all([
    findEngine(engine),
    waitOf(call, program, request.recording),
  ]);
  const limits = limitsFor(chosen, program.policy, waitS);
  const { traceparent } = request;
  const span = call.platform.tracer.start("run", { parent: traceparent });
  const claim = {
    run: request.id,
    tenant: request.caller,
    limits,
    traceparent: span.traceparent,
  };
  const place = await findPlace(chosen, claim, call.signal).catch((refusal) => {
    span.end({ failed: true });
    throw refusal;
  });
  try {
    const { engine, layers } = place;
    const run = await ledger.start({ ...request, engine, layers, limits: toWire(limits) });
    if (run.id === runId.of(claim.run)) {
      return { run, program, input: request.input, limits, place, span };
    }
    place.leave();
    span.end();
    return { replayed: run };
  } catch (err) {
    place.leave();
    span.end({ failed: true });
    throw err;
  }
}

/**
 * The same between a request and a queued run, which takes no place: somebody finds one for it. What
 * is accepted is executed, whatever becomes of this isolate.
 */
export async function queueRun(
  call: Call,
  ledger: Ledger,
  asked: Asked,
): Promise<{ queued: Run } | Replayed> {
  const ready = await prepare(call, ledger, asked);
  if ("replayed" in ready) return ready;
  const run = await ledger.enqueue(ready.request);
  return run.id === runId.of(ready.request.id) ? { queued: run } : { replayed: run };
}

async function prepare(
  call: Call,
  ledger: Ledger,
  { agent, body }: Asked,
): Promise<{ program: Program; request: QueueRequest } | Replayed> {
  const { db, caller, requestId } = call;
  // Of keys the database says so itself; a program that came by OAuth has none.
  if (body.record && caller.client !== undefined) {
    throw new Fault("forbidden", "No program starts a run that records.");
  }
  const idempotency = await idempotencyOf(call, agent, body);
  const replayed = idempotency && (await ledger.replay(caller, idempotency));
  if (replayed) return { replayed };
  const program = await findProgram(db, agent, body.version);
  const request = {
    id: uuid7(),
    caller: caller.userId,
    keyId: caller.keyId,
    agent,
    version: program.version,
    programId: program.id,
    input: acceptInput(program, body.input ?? null),
    recording: body.record,
    requestId,
    traceparent: call.context.traceparent,
    ...(idempotency && { idempotency }),
  };
  return { program, request };
}

/** How long its calls may wait for a person. */
async function waitOf({ service }: Call, { policy }: Program, recording: boolean): Promise<number> {
  if (!mayCall(policy, recording)) return 0;
  return approvalSeconds(policy, await findAsked(service), recording);
}

/**
 * The input as the agent will see it, as JSON text. Throws `invalid_input` for what its schema does
 * not have, and `body_too_large`: its size counts as sent, and with what was filled in.
 */
export function acceptInput(
  { input_schema }: Pick<Program, "input_schema">,
  value: unknown,
): string {
  const sent = bounded(jsonText(value));
  if (input_schema === null) return sent;
  return bounded(jsonText(matchInput(parseInputSchema(input_schema), value)));
}

function bounded(input: string): string {
  if (utf8Bytes(input) <= MAX_INPUT_BYTES) return input;
  throw new Fault("body_too_large", `An input may have ${MAX_INPUT_BYTES} bytes.`);
}

/** What a key stands for is the request as it was sent, whatever is published meanwhile. */
async function idempotencyOf(
  { header }: Call,
  agent: string,
  { version, input = null, record }: NewRun,
): Promise<Idempotency | undefined> {
  const key = idempotencyKey(header("idempotency-key"));
  if (key === undefined) return undefined;
  const asked = [agent, version ?? "published", input, ...(record ? ["record"] : [])];
  return { key, hash: await sha256(jsonText(asked)) };
}

function idempotencyKey(header: string | undefined): string | undefined {
  const parsed = IdempotencyKey.optional().safeParse(header);
  if (parsed.success) return parsed.data;
  throw new Fault("invalid_request", "Idempotency-Key: 1 to 255 visible ASCII characters.");
}
