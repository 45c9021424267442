import { Fault } from "../../_shared/fault.ts";
import { matchInput, parseInputSchema } from "../../_shared/input_schema.ts";
import { jsonText, utf8Bytes } from "../../_shared/json.ts";
import { uuid7 } from "../../_shared/ids.ts";
import { sha256 } from "../../_shared/prepared.ts";
import type { Call } from "../../_shared/route.ts";
import type { Engine } from "../../_shared/sandbox/engine.ts";
import type { Ledger, StartRequest } from "./ledger.ts";
import { DEFAULT_RUN_LIMITS } from "./limits.ts";
import { findProgram, hasPermission, type Program } from "./repo.ts";
import { IdempotencyKey, type NewRun, type Run, runId } from "./schema.ts";

const MAX_INPUT_BYTES = 256 * 1024;

/** What a caller asked for: an agent's name, and the body and headers of the request. */
export interface Asked {
  agent: string;
  body: NewRun;
  stream: boolean;
}

/** A run that was started just now, or one from before that the idempotency key stands for. */
export interface Started {
  run: Run;
  program: Program;
  /** JSON text. */
  input: string;
  replayed: boolean;
}

/**
 * Everything between a request and a running run: the version the caller can see, its schema's
 * word on the input, and the database's consent. Nothing is written unless all of it holds.
 */
export async function startRun(
  { db, caller, requestId, header }: Call,
  { engine, ledger }: { engine: Engine; ledger: Ledger },
  { agent, body, stream }: Asked,
): Promise<Started> {
  const [program, mayStream] = await Promise.all([
    findProgram(db, agent, body.version),
    !stream || hasPermission(db, "agents:stream"),
  ]);
  if (!mayStream) {
    throw new Fault("forbidden", "Streaming needs the permission agents:stream.");
  }
  const input = acceptInput(program, body.input ?? null);
  const id = uuid7();
  const key = idempotencyKey(header("idempotency-key"));
  const hash = key &&
    (await sha256([agent, String(program.version), input].join("\n")));
  const run = await ledger.start({
    id,
    caller: caller.userId,
    agent,
    version: program.version,
    input,
    engine: engine.name,
    layers: engine.layers,
    limits: DEFAULT_RUN_LIMITS,
    requestId,
    ...idempotency(key, hash),
  });
  return { run, program, input, replayed: run.id !== runId.of(id) };
}

function acceptInput({ input_schema }: Program, value: unknown): string {
  const schema = input_schema === null ? undefined : parseInputSchema(input_schema);
  const input = jsonText(value);
  if (utf8Bytes(input) > MAX_INPUT_BYTES) {
    throw new Fault("body_too_large", `An input may have ${MAX_INPUT_BYTES} bytes.`);
  }
  return schema === undefined ? input : jsonText(matchInput(schema, value));
}

function idempotencyKey(header: string | undefined): string | undefined {
  const parsed = IdempotencyKey.optional().safeParse(header);
  if (parsed.success) return parsed.data;
  throw new Fault("invalid_request", "Idempotency-Key: 1 to 255 visible ASCII characters.");
}

function idempotency(
  key: string | undefined,
  hash: string | undefined,
): Pick<StartRequest, "idempotency"> {
  return key !== undefined && hash !== undefined ? { idempotency: { key, hash } } : {};
}
