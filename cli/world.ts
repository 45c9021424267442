import process from "node:process";
import { EXIT } from "./exit.ts";

/** One of the two streams that a program writes to. */
export interface Sink {
  write(text: string | Uint8Array): void;
  /** Whether a person reads it as it is written. */
  readonly terminal: boolean;
  /** Columns of the terminal; 80 where there is none. */
  readonly columns: number;
}

/** What a person can be asked. Each rejects with `Interrupted` if the person leaves. */
export interface Prompts {
  text(question: string, initial?: string): Promise<string>;
  /** What is typed is not shown. */
  secret(question: string): Promise<string>;
  choose<Value extends string>(
    question: string,
    options: readonly { value: Value; label: string; hint?: string }[],
  ): Promise<Value>;
  confirm(question: string): Promise<boolean>;
}

/** All that the CLI has of the machine it runs on beside its disk: tests bring their own. */
export interface World {
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly cwd: string;
  readonly stdout: Sink;
  readonly stderr: Sink;
  readonly stdin: { readonly terminal: boolean; text(): Promise<string> };
  readonly prompts: Prompts;
  readonly fetch: typeof fetch;
  /** Calls the listener for each Ctrl-C, which then ends nothing by itself; returns how to stop. */
  onInterrupt(listener: () => void): () => void;
  /** Ends the process at once. */
  leave(code: number): void;
}

/** The machine itself, on Node, Deno and Bun alike. */
export function thisWorld(prompts: Prompts): World {
  process.stdout.on("error", endFor);
  // Nobody is left to be told.
  process.stderr.on("error", () => {});
  return {
    env: process.env,
    cwd: process.cwd(),
    stdout: sink(process.stdout),
    stderr: sink(process.stderr),
    stdin: { terminal: process.stdin.isTTY === true, text: readAll },
    prompts,
    fetch: (...request) => fetch(...request),
    onInterrupt: (listener) => {
      process.on("SIGINT", listener);
      return () => process.off("SIGINT", listener);
    },
    leave: (code) => process.exit(code),
  };
}

/** A reader that has enough, as `head` does, is no error; a result that is lost on a full disk is one. */
function endFor(error: Error): void {
  if ("code" in error && error.code === "EPIPE") process.exit(process.exitCode ?? EXIT.ok);
  process.stderr.write(`stdout cannot be written: ${error.message}\n`);
  process.exit(EXIT.bug);
}

function sink(stream: typeof process.stdout | typeof process.stderr): Sink {
  return {
    write: (text) => void stream.write(text),
    terminal: stream.isTTY === true,
    get columns() {
      return stream.columns ?? 80;
    },
  };
}

async function readAll(): Promise<string> {
  process.stdin.setEncoding("utf8");
  let text = "";
  for await (const chunk of process.stdin) text += String(chunk);
  return text;
}
