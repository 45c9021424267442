import {
  type Claim,
  DEFAULT_LIMITS,
  type Ending,
  type Event,
  type Job,
  type Limits,
} from "../../../../../supabase/functions/_shared/sandbox/engine.ts";
import {
  createRemoteEngine,
  type RemoteOptions,
} from "../../../../../supabase/functions/_shared/sandbox/remote/engine.ts";
import { LineReader } from "../../../../../supabase/functions/_shared/sandbox/remote/lines.ts";

/** What a runner under the test's control does with one connection. */
export interface Stage {
  /** Sends a value as a line, or text as it is. */
  say(line: unknown): void;
  /** The client's next line. */
  hear(): Promise<unknown>;
}

/** A runner that says whatever the test wants. */
export interface Liar extends AsyncDisposable {
  url: string;
  /** Requests so far. */
  visits: number;
}

const PLACED = { type: "placed", engine: "liar", layers: ["realm"] };
const MAX_LINE = 32 * 1024 * 1024;

/** Serves a runner that admits everybody and then plays its part; the stream ends with the part. */
export function serveLiar(play: (stage: Stage) => Promise<void>, first: unknown = PLACED): Liar {
  return serveAnswers((request, _visit, closing) => {
    const reader = new LineReader(request.body ?? new Blob().stream());
    const encoder = new TextEncoder();
    const body = new ReadableStream<Uint8Array>({
      start(controller) {
        const say = (line: unknown) => {
          const text = typeof line === "string" ? line : `${JSON.stringify(line)}\n`;
          controller.enqueue(encoder.encode(text));
        };
        const hear = async () => JSON.parse(await reader.next(MAX_LINE) ?? "null");
        say(first);
        const end = Promise.withResolvers<void>();
        closing.addEventListener("abort", () => end.resolve());
        Promise.race([play({ say, hear }), end.promise]).then(() => controller.close())
          .catch(() => {});
      },
    });
    return new Response(body);
  });
}

/** Serves whatever answers each request. */
export function serveAnswers(
  answer: (request: Request, visit: number, closing: AbortSignal) => Response | Promise<Response>,
): Liar {
  const cut = new AbortController();
  const options = { hostname: "127.0.0.1", port: 0, onListen() {}, signal: cut.signal };
  const server = Deno.serve(options, (request) => answer(request, ++liar.visits, cut.signal));
  const liar: Liar = {
    url: `http://127.0.0.1:${server.addr.port}`,
    visits: 0,
    async [Symbol.asyncDispose]() {
      cut.abort();
      await server.finished;
    },
  };
  return liar;
}

/** A job for a liar, whose tool `echo` counts its calls, and whose `never` does not answer. */
export function jobOf(more: Partial<Job> & { calls?: unknown[] } = {}): Job {
  const { calls = [], ...rest } = more;
  const echo = (value: unknown) => Promise.resolve(void calls.push(value));
  const never = () => new Promise(() => {});
  return { program: "p", input: "null", tools: { echo, never }, limits: DEFAULT_LIMITS, ...rest };
}

/** An engine at an address, with a token that no liar looks at. */
export function engineAt(url: string, options: Partial<RemoteOptions> = {}) {
  return createRemoteEngine({ url, authorize: () => Promise.resolve("token"), ...options });
}

/** A claim on a place. */
export function claimOf(limits: Limits = DEFAULT_LIMITS): Claim {
  return { run: crypto.randomUUID(), tenant: "ann", limits };
}

/** Everything that a run yields. */
export async function gather(run: AsyncIterable<Event | Ending>): Promise<(Event | Ending)[]> {
  const items = [];
  for await (const item of run) items.push(item);
  return items;
}

/** A signal that nobody aborts. */
export const NEVER = new AbortController().signal;
