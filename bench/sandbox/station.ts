import { type Ask, type Load, type Played, type Tell, tellSchema } from "./wire.ts";
import { linesOf } from "./adapters/lines.ts";
import type { Peer } from "./peers.ts";
import { beginOf, killAll, treeOf } from "./proc.ts";
import { NODE_PATH } from "./install.ts";

type Question = Ask extends infer Each ? Each extends Ask ? Omit<Each, "id"> : never : never;

/** A tool as the bench answers it for a station. */
export type BenchTool = (args: unknown) => Promise<unknown>;

/** What else is asked of a station's process. */
export interface Bounds {
  /** The most that it may hold. */
  maxDataKb?: number;
  /** Whether it can collect garbage when it is asked to. */
  collects?: boolean;
}

/** How long a station may take for its start, and a batch for its end. */
const START_MS = 30_000;
const ANSWER_MS = 60_000;

interface Waiting {
  resolve(told: Tell): void;
  reject(error: Error): void;
  tools: Readonly<Record<string, BenchTool>>;
  began?: ((at: number) => void) | undefined;
}

/** The process in which one peer is measured, seen from the bench. */
export class Station implements AsyncDisposable {
  /** What the process or its sandboxes printed: nobody else does. */
  printed = "";
  language = "javascript";
  /** What its sandbox tells of itself. */
  about = "";
  readonly #waiting = new Map<number, Waiting>();
  #last = 0;
  #alive = true;
  /** Every process that was ever seen in the tree, with its begin. */
  readonly #known = new Map<number, string>();

  private constructor(
    readonly peer: Peer,
    readonly process: Deno.ChildProcess,
    readonly connection: Deno.Conn,
    readonly ready: Promise<void>,
  ) {}

  get pid(): number {
    return this.process.pid;
  }

  get alive(): boolean {
    return this.#alive;
  }

  /** Starts the process and waits until its sandbox can be used. */
  static async start(peer: Peer, cwd: string, bounds: Bounds = {}): Promise<Station> {
    using listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
    const process = spawn(peer, listener.addr.port, cwd, bounds);
    const timeout = setTimeout(() => listener.close(), START_MS);
    try {
      const connection = await Promise.race([listener.accept(), died(process, peer.name)]);
      const { promise, resolve } = Promise.withResolvers<void>();
      const station = new Station(peer, process, connection, promise);
      station.#listen(resolve);
      await Promise.race([promise, died(process, peer.name)]);
      return station;
    } catch (error) {
      kill(process);
      throw error;
    } finally {
      clearTimeout(timeout);
    }
  }

  /** Everything that the station consists of, the process itself first. */
  tree(): number[] {
    const tree = treeOf(this.pid);
    for (const pid of tree) {
      const begin = beginOf(pid);
      if (begin !== undefined) this.#known.set(pid, begin);
    }
    return tree;
  }

  async ping(): Promise<void> {
    await this.#ask({ do: "ping" });
  }

  async rest(): Promise<void> {
    await this.#ask({ do: "rest" });
  }

  async load(batch: Omit<Extract<Question, { do: "load" }>, "do">): Promise<Load> {
    const told = await this.#ask({ do: "load", ...batch });
    if (!("load" in told)) throw new Error("the station did not tell of its batch");
    return told.load;
  }

  /** Runs one program once. The tools are answered here; `began` is told when it begins. */
  async play(
    job: Omit<Extract<Question, { do: "play" }>, "do" | "tools">,
    tools: Readonly<Record<string, BenchTool>> = {},
    options: { began?: (at: number) => void; withinMs?: number } = {},
  ): Promise<Played> {
    const names = Object.keys(tools);
    const told = await this.#ask({ do: "play", ...job, tools: names }, { tools, ...options });
    if (!("played" in told)) throw new Error("the station did not tell of its run");
    return told.played;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.tree();
    this.#alive = false;
    try {
      this.connection.close();
    } catch {
      // it was closed by the other side
    }
    killAll(this.#known);
    await this.process.status;
  }

  #ask(
    question: Question,
    { tools = {}, began, withinMs = ANSWER_MS }: {
      tools?: Waiting["tools"];
      began?: (at: number) => void;
      withinMs?: number;
    } = {},
  ): Promise<Tell> {
    const id = ++this.#last;
    return new Promise<Tell>((resolve, reject) => {
      const timer = setTimeout(() => {
        reject(new Error(`${this.peer.name} does not answer`));
      }, withinMs);
      const settle = <Value>(pass: (value: Value) => void) => (value: Value) => {
        clearTimeout(timer);
        this.#waiting.delete(id);
        pass(value);
      };
      this.#waiting.set(id, { resolve: settle(resolve), reject: settle(reject), tools, began });
      if (!this.#alive) this.#waiting.get(id)?.reject(new Error(`${this.peer.name} is dead`));
      this.#send({ ...question, id });
    });
  }

  #send(ask: Ask): void {
    const bytes = new TextEncoder().encode(`${JSON.stringify(ask)}\n`);
    this.#sent = this.#sent.then(() => writeAll(this.connection, bytes)).catch(() => {});
  }
  #sent = Promise.resolve();

  #listen(ready: () => void): void {
    this.#hear(ready).catch(() => {}).finally(() => {
      this.#alive = false;
      const error = new Error(`${this.peer.name} died`);
      for (const { reject } of [...this.#waiting.values()]) reject(error);
    });
    for (const stream of [this.process.stdout, this.process.stderr]) {
      this.#collect(stream).catch(() => {});
    }
  }

  async #hear(ready: () => void): Promise<void> {
    for await (const line of linesOf(this.connection.readable)) {
      const told = tellSchema.parse(JSON.parse(line));
      if ("ready" in told) {
        this.language = told.ready;
        this.about = told.about;
        ready();
      } else this.#take(told);
    }
  }

  #take(told: Exclude<Tell, { ready: string; about: string }>): void {
    const waiting = this.#waiting.get(told.id);
    if ("began" in told) waiting?.began?.(told.began);
    else if ("tool" in told) this.#answer(told, waiting?.tools[told.tool]);
    else if ("error" in told) waiting?.reject(new Error(told.error));
    else waiting?.resolve(told);
  }

  #answer({ id, call, args }: { id: number; call: number; args: string }, tool?: BenchTool): void {
    const reply = (ok: boolean, text: string) => this.#send({ id, do: "answered", call, ok, text });
    Promise.resolve(tool?.(JSON.parse(args))).then(
      (value) => reply(true, JSON.stringify(value) ?? "null"),
      (error) => reply(false, String(error?.message ?? error)),
    );
  }

  async #collect(stream: ReadableStream<Uint8Array>): Promise<void> {
    for await (const chunk of stream.pipeThrough(new TextDecoderStream())) {
      if (this.printed.length < 4096) this.printed += chunk;
    }
  }
}

function spawn(peer: Peer, port: number, cwd: string, bounds: Bounds): Deno.ChildProcess {
  const host = new URL("./host.ts", import.meta.url).pathname;
  const adapter = new URL(peer.adapter, import.meta.url).href;
  const config = new URL("../../deno.json", import.meta.url).pathname;
  const command = peer.runtime === "node"
    ? [NODE_PATH, ...NODE_FLAGS, ...(bounds.collects ? ["--expose-gc"] : [])]
    : [
      ...[Deno.execPath(), "run", "-A", "--quiet", "--no-check", "--unstable-worker-options"],
      ...(bounds.collects ? ["--v8-flags=--expose-gc"] : []),
      `--config=${config}`,
      "--no-lock",
    ];
  const bound = bounds.maxDataKb === undefined ? "" : `ulimit -d ${bounds.maxDataKb};`;
  const args = ["-c", `${bound} exec "$0" "$@"`, ...command, host, `${port}`, adapter];
  return new Deno.Command("/bin/sh", {
    args,
    cwd,
    env: { BENCH_DENO: Deno.execPath(), BENCH_VARIANT: peer.variant ?? "", NO_COLOR: "1" },
    stdin: "null",
    stdout: "piped",
    stderr: "piped",
  }).spawn();
}

/** `--no-node-snapshot` is what isolated-vm asks for. */
const NODE_FLAGS = ["--no-node-snapshot", "--disable-warning=ExperimentalWarning"];

function kill(process: Deno.ChildProcess): void {
  try {
    process.kill("SIGKILL");
  } catch {
    // it has ended
  }
}

async function died(process: Deno.ChildProcess, name: string): Promise<never> {
  const { code, signal } = await process.status;
  throw new Error(`${name} ended with ${signal ?? code} before it was ready`);
}

async function writeAll(connection: Deno.Conn, bytes: Uint8Array): Promise<void> {
  for (let at = 0; at < bytes.length;) at += await connection.write(bytes.subarray(at));
}
