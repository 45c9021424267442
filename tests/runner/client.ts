import * as z from "zod";
import { signRun } from "./keys.ts";

/** A line of the runner, whatever it says. */
export type Line = z.infer<typeof Line>;
const Line = z.looseObject({ type: z.string() });

/** A client that says what the test wants, well or badly. */
export interface Client extends AsyncDisposable {
  status: number;
  headers: Headers;
  run: string;
  /** Sends text, or bytes, as they are. */
  write(raw: string | Uint8Array): void;
  /** Sends a value as a line. */
  say(value: unknown): void;
  /** The next line that is no beat; undefined at the end. */
  hear(): Promise<Line | undefined>;
  /** Every further line. */
  rest(): Promise<Line[]>;
  /** Says that all is said. */
  close(): void;
  /** Goes away. */
  cut(): void;
}

/** Opens a run at a runner, with a good token unless told otherwise. */
export async function open(
  url: string,
  token?: string,
  run: string = crypto.randomUUID(),
): Promise<Client> {
  const cut = new AbortController();
  const sending = Promise.withResolvers<ReadableStreamDefaultController<Uint8Array>>();
  const body = new ReadableStream<Uint8Array>({
    start: (controller) => sending.resolve(controller),
  });
  const sender = await sending.promise;
  const headers = { authorization: `Bearer ${token ?? await signRun({ run })}` };
  const init = { method: "POST", headers, body, duplex: "half", signal: cut.signal } as const;
  const response = await fetch(`${url}/runs`, init);
  const reader = response.body?.getReader();
  const decoder = new TextDecoder();
  let buffer = "";
  const hear = async (): Promise<Line | undefined> => {
    for (;;) {
      const at = buffer.indexOf("\n");
      if (at !== -1) {
        const line = Line.parse(JSON.parse(buffer.slice(0, at)));
        buffer = buffer.slice(at + 1);
        if (line.type !== "beat") return line;
        continue;
      }
      const read = await reader?.read();
      if (read === undefined || read.done) return undefined;
      buffer += decoder.decode(read.value, { stream: true });
    }
  };
  const write = (raw: string | Uint8Array) =>
    sender.enqueue(typeof raw === "string" ? new TextEncoder().encode(raw) : raw);
  const leave = () => cut.abort();
  return {
    status: response.status,
    headers: response.headers,
    run,
    write,
    say: (value) => write(`${JSON.stringify(value)}\n`),
    hear,
    async rest() {
      const lines: Line[] = [];
      for (let line = await hear(); line; line = await hear()) lines.push(line);
      return lines;
    },
    close: () => sender.close(),
    cut: leave,
    async [Symbol.asyncDispose]() {
      leave();
      await reader?.cancel().catch(() => {});
    },
  };
}

/** The code of a refused request's problem document. */
export async function codeOf(response: Response): Promise<string> {
  return z.object({ code: z.string() }).parse(await response.json()).code;
}

/** The job line of a client that runs a program of the stub's. */
export function jobOf({ run }: Client, program: string, more: Record<string, unknown> = {}) {
  return { type: "job", run, program, ...more };
}
