import type { AgentError, Ending, Limits } from "../engine.ts";

type Kind = AgentError["kind"];

const STATUS = {
  threw: "failed",
  syntax: "failed",
  contract: "failed",
  tool_limit: "failed",
  internal: "failed",
  cpu_limit: "timed_out",
  wall_limit: "timed_out",
  stalled: "timed_out",
  memory_limit: "out_of_memory",
  output_limit: "output_exceeded",
  log_limit: "output_exceeded",
  event_limit: "output_exceeded",
  cancelled: "cancelled",
} as const satisfies Record<Kind, Ending["status"]>;

/** Thrown to end a run; it passes through the guest, which cannot catch it. */
export class Stop extends Error {
  override readonly name = "Stop";

  constructor(readonly error: AgentError) {
    super(error.message);
  }
}

/** Thrown to end a run that has its result, as {@link Stop} ends one that has none. */
export class Finished extends Error {
  override readonly name = "Finished";

  /** `output` is the result's JSON text. */
  constructor(readonly output: string) {
    super("the program has returned");
  }
}

/** The status that belongs to an error. */
export function statusOf(error: AgentError): Ending["status"] {
  return STATUS[error.kind];
}

/** The end of a run that met one of its limits, or was called off. */
export function stopFor(kind: Kind, limits: Limits): Stop {
  const sentences: Partial<Record<Kind, string>> = {
    cpu_limit: `The program used more than ${limits.cpuMs} ms of CPU time.`,
    wall_limit: `The program took longer than ${limits.wallMs} ms.`,
    stalled: "The program waits for something that can never happen.",
    memory_limit: `The program needed more than ${limits.memoryBytes} bytes of memory.`,
    output_limit: `The program's output is larger than ${limits.outputBytes} bytes.`,
    log_limit: `The program logged more than ${limits.logBytes} bytes.`,
    event_limit: `The program caused more than ${limits.events} events.`,
    tool_limit: `The program called tools more than ${limits.toolCalls} times.`,
    cancelled: "The run was cancelled.",
    internal: "The sandbox failed. This is not the program's fault.",
  };
  return new Stop({ kind, name: NAMES[STATUS[kind]], message: sentences[kind] ?? kind });
}

const NAMES = {
  succeeded: "Error",
  failed: "LimitError",
  timed_out: "TimeoutError",
  out_of_memory: "MemoryError",
  output_exceeded: "OutputError",
  cancelled: "AbortError",
} as const satisfies Record<Ending["status"], string>;
