import type { Launch } from "./box.ts";
import { type Body, Child, type Death } from "./child.ts";
import type { Order } from "./frames.ts";
import { TooMuchSaid } from "./lines.ts";
import { chunksOf, MAX_PIPES_MS } from "./pipes.ts";

const MAX_STDERR = 4_096;
const MAX_STDERR_READ = 1024 * 1024;

/**
 * Starts a sandbox process of its own, and tells it the world that its agent will know. It is killed
 * when it is not warm after `startMs`.
 */
export function spawnChild(launch: Launch, boot: Order, startMs?: number): Child {
  const child = new Child(new Spawned(launch), startMs);
  child.send(boot);
  return child;
}

/** A process that was started for one child. */
class Spawned implements Body {
  readonly #process: Deno.ChildProcess;
  readonly #input: WritableStreamDefaultWriter<Uint8Array>;
  readonly #output: ReadableStreamDefaultReader<Uint8Array>;

  constructor({ command, ...launch }: Launch) {
    const streams = { stdin: "piped", stdout: "piped", stderr: "piped" } as const;
    const options = { ...launch, clearEnv: true, cwd: "/", ...streams };
    this.#process = new Deno.Command(command, options).spawn();
    this.#input = this.#process.stdin.getWriter();
    this.#output = this.#process.stdout.getReader();
  }

  get pid(): number {
    return this.#process.pid;
  }

  get output(): AsyncIterable<Uint8Array> {
    return chunksOf(this.#output);
  }

  write(bytes: Uint8Array): Promise<void> {
    return this.#input.write(bytes);
  }

  kill(): void {
    try {
      this.#process.kill("SIGKILL");
    } catch {
      // it has ended by itself
    }
  }

  async live(fault: (thrown: unknown) => void): Promise<Death> {
    const errors = this.#process.stderr.getReader();
    const complaining = readComplaints(errors, fault);
    const { code, signal } = await this.#process.status;
    const late = setTimeout(() => {
      this.#output.cancel();
      errors.cancel();
    }, MAX_PIPES_MS);
    const [stderr] = await Promise.all([complaining, this.#output.closed]);
    clearTimeout(late);
    await this.#input.abort().catch(() => {});
    return { code, signal, stderr };
  }
}

/** Their beginning is kept; a process that never stops complaining is ended. */
async function readComplaints(
  errors: ReadableStreamDefaultReader<Uint8Array>,
  fault: (thrown: unknown) => void,
): Promise<string> {
  const decoder = new TextDecoder();
  let text = "";
  let bytes = 0;
  for await (const chunk of chunksOf(errors)) {
    if (text.length < MAX_STDERR) text += decoder.decode(chunk.subarray(0, MAX_STDERR));
    bytes += chunk.length;
    if (bytes > MAX_STDERR_READ) fault(new TooMuchSaid("too many complaints"));
  }
  return text;
}
