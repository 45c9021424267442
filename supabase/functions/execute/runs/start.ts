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
import type { Idempotency, Ledger, StartRequest } from "./ledger.ts";
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
}

/** What starting needs beside the call. */
export interface Starters {
  engine: EngineHost;
  ledger: Ledger;
}

/**
 * Everything between a request and a running run: the version the caller can see, its schema's
 * word on the input, a place on the engine, and the database's consent, in this order: nothing is
 * written unless all of it holds, and a run never waits once it has started. An idempotency key
 * that came before gives the run from then, as `replayed`, whether it has ended or goes on.
 */
export async function startRun(
  call: Call,
  { engine, ledger }: Starters,
  { agent, body }: Asked,
): Promise<Started | { replayed: Run }> {
  const { db, caller, requestId, signal } = call;
  const idempotency = await idempotencyOf(call, agent, body);
  const replayed = idempotency && (await ledger.replay(caller, idempotency));
  if (replayed) return { replayed };
  const program = await findProgram(db, agent, body.version);
  const input = acceptInput(program, body.input ?? null);
  const [chosen, waitS] = await Promise.all([
    findEngine(engine),
    waitOf(call, program, body.record),
  ]);
  const limits = limitsFor(chosen, program.policy, waitS);
  const claim = { run: uuid7(), tenant: caller.userId, limits };
  const place = await findPlace(chosen, claim, signal);
  const request: StartRequest = {
    id: claim.run,
    caller: caller.userId,
    keyId: caller.keyId,
    agent,
    version: program.version,
    programId: program.id,
    input,
    engine: place.engine,
    layers: place.layers,
    limits: toWire(limits),
    recording: body.record,
    requestId,
    ...(idempotency && { idempotency }),
  };
  try {
    const run = await ledger.start(request);
    if (run.id === runId.of(claim.run)) return { run, program, input, limits, place };
    place.leave();
    return { replayed: run };
  } catch (err) {
    place.leave();
    throw err;
  }
}

/** How long its calls may wait for a person. */
async function waitOf({ service }: Call, { policy }: Program, recording: boolean): Promise<number> {
  if (!mayCall(policy, recording)) return 0;
  return approvalSeconds(policy, await findAsked(service), recording);
}

/** The input as the agent will see it: its size counts as sent, and with what was filled in. */
function acceptInput({ input_schema }: Program, value: unknown): string {
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
