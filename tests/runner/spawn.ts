import * as z from "zod";
import { AUDIENCE, publicJwk } from "./keys.ts";

/** A runner in a process of its own. */
export interface Spawned extends AsyncDisposable {
  url: string;
  pid: number;
  /** Everything it has logged so far. */
  lines: readonly string[];
  /** Ends it as an operator does, and waits; answers its exit code. */
  stop(): Promise<number>;
  /** Ends it as a power cut does. */
  kill(): void;
}

const MAIN = new URL("../../runner/main.ts", import.meta.url).pathname;
const CONFIG = new URL("../../deno.json", import.meta.url).pathname;
const Listening = z.object({ event: z.literal("listening"), url: z.string() });

/** Hosted functions run an older Deno than runners: their tests say here which one runs those. */
const DENO = Deno.env.get("CLOISTER_TEST_DENO") ?? Deno.execPath();

/** Without it Deno says on every runner's output that it will be the default one day. */
const FLAGS = DENO === Deno.execPath() && Deno.version.deno.startsWith("2.1.")
  ? []
  : ["--unstable-no-legacy-abort"];

/** Starts `runner/main.ts` on a free port of loopback, with a QuickJS engine unless told otherwise. */
export async function spawnRunner(env: Record<string, string> = {}): Promise<Spawned> {
  const child = new Deno.Command(DENO, {
    args: ["run", "-A", ...FLAGS, "--no-lock", "--no-check", "--config", CONFIG, MAIN],
    env: {
      CLOISTER_RUN_KEYS: JSON.stringify({ keys: [publicJwk] }),
      CLOISTER_RUNNER_AUDIENCE: AUDIENCE,
      CLOISTER_RUNNER_ENGINE: "quickjs",
      CLOISTER_RUNNER_PORT: "0",
      ...env,
    },
    stdin: "null",
    stdout: "piped",
    stderr: "inherit",
  }).spawn();
  const lines: string[] = [];
  const listening = Promise.withResolvers<string>();
  listening.promise.catch(() => {});
  const reading = read(child.stdout, (line) => {
    lines.push(line);
    const parsed = Listening.safeParse(JSON.parse(line));
    if (parsed.success) listening.resolve(parsed.data.url);
  }).finally(() => listening.reject(new Error(`the runner did not start:\n${lines.join("\n")}`)));
  const end = async (signal?: Deno.Signal) => {
    if (signal) signalTo(child, signal);
    const { code } = await child.status;
    await reading;
    return code;
  };
  const url = await listening.promise.catch(async (error) => {
    await end("SIGKILL");
    throw error;
  });
  return {
    url,
    pid: child.pid,
    lines,
    stop: () => end("SIGTERM"),
    kill: () => signalTo(child, "SIGKILL"),
    [Symbol.asyncDispose]: async () => void await end("SIGKILL"),
  };
}

async function read(stream: ReadableStream<Uint8Array>, take: (line: string) => void) {
  let rest = "";
  const decoder = new TextDecoder();
  for await (const bytes of stream) {
    const lines = (rest + decoder.decode(bytes, { stream: true })).split("\n");
    rest = lines.pop() ?? "";
    lines.forEach(take);
  }
}

function signalTo(child: Deno.ChildProcess, signal: Deno.Signal): void {
  try {
    child.kill(signal);
  } catch {
    // it has ended already
  }
}
