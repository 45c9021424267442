import {
  type AgentError,
  type Engine,
  type Event,
  type Job,
  ToolFailure,
} from "../../../../../supabase/functions/_shared/sandbox/engine.ts";

/** What a program came to, without what may differ: times, memory, and an engine's own wording. */
export interface Outcome {
  events: unknown[];
  status: string;
  output: string | undefined;
  error: Pick<AgentError, "kind" | "name" | "line"> & { message?: string } | undefined;
}

/** Errors whose words are the program's, or ours: everything else is the engine's own English. */
const SAID_BY_ENGINE =
  /^(?:TypeError|ReferenceError|SyntaxError|RangeError|URIError|EvalError|InternalError)$/;

const tools: Job["tools"] = {
  echo: (value) => Promise.resolve(value),
  fails: (value) => Promise.reject(new Error(`no: ${value}`)),
  refuses: (value) => Promise.reject(new ToolFailure("host_denied", `never: ${value}`)),
  huge: () => Promise.resolve("x".repeat(1_000_000)),
  fetch: (value) => {
    const { url, headers = {}, body, body_base64: bytes } = Object(value);
    const encoding = bytes === undefined ? "utf8" : "base64";
    return Promise.resolve({ url, status: 200, headers, body: bytes ?? body ?? "", encoding });
  },
  "files.write": (value) => Promise.resolve(value),
  "files.read": (value) => Promise.resolve({ text: JSON.stringify(value), base64: "/+iZ7w==" }),
  llm: (value) => Promise.resolve({ stream: JSON.stringify(value) }),
  "stream.next": (value) => Promise.resolve({ value }),
};

/** Plays a program and keeps of it what every engine must give alike. */
export async function outcomeOf(engine: Engine, program: string): Promise<Outcome> {
  const limits = { ...engine.defaults, cpuMs: Math.min(1_000, engine.ceiling.cpuMs) };
  const job: Job = { program, input: "null", tools, limits };
  const events: unknown[] = [];
  for await (const event of engine.run(job, new AbortController().signal)) {
    if (event.type !== "ending") events.push(withoutTime(event));
    else return { events, status: event.status, output: event.output, error: keep(event.error) };
  }
  throw new Error("the run has no ending");
}

function withoutTime(event: Event): unknown {
  return event.type === "tool.result" ? { ...event, ms: 0 } : event;
}

function keep(error: AgentError | undefined): Outcome["error"] {
  if (error === undefined) return undefined;
  const { kind, name, message, line } = error;
  const place = line === undefined ? {} : { line };
  return { kind, name, ...(SAID_BY_ENGINE.test(name) ? {} : { message }), ...place };
}
