import * as z from "zod";
import type { Launch } from "./box.ts";
import { type Body, Child, type Death } from "./child.ts";
import type { Order } from "./frames.ts";
import { Lines } from "./lines.ts";
import { findChild, innermost } from "./meter.ts";
import { ZygoteSocket } from "./zygote_socket.ts";

const MAX_LINE_BYTES = 1_024;
const SIGNALED = 128;
const SIGNAL_BITS = 127;
/** Of a child whose zygote has died, nobody can say how it ended. */
const UNKNOWN: Death = { code: 1, signal: null, stderr: "" };
const encoder = new TextEncoder();

const wordSchema = z.union([
  z.tuple([z.literal("ready")]),
  z.tuple([z.literal("died"), z.string(), z.number().int()]),
]);

/** A process that holds a warm realm, and of which every child begins as a copy. */
export class Zygote {
  /** True when it can be forked, false when it never will be. */
  readonly ready: Promise<boolean>;
  /** Resolves when it is gone, and every child with it. */
  readonly gone: Promise<void>;
  readonly #process: Deno.ChildProcess;
  readonly #input: WritableStreamDefaultWriter<Uint8Array>;
  readonly #warm = Promise.withResolvers<boolean>();
  readonly #children = new Map<string, Forked>();
  #forks = 0;
  #pid = 0;
  #isRetired = false;

  constructor({ command, ...launch }: Launch, boot: Order, readonly socket: ZygoteSocket) {
    const streams = { stdin: "piped", stdout: "piped", stderr: "null" } as const;
    const options = { ...launch, clearEnv: true, cwd: "/", ...streams };
    this.#process = new Deno.Command(command, options).spawn();
    this.#input = this.#process.stdin.getWriter();
    this.ready = this.#warm.promise;
    this.gone = this.#live();
    this.#say(boot);
  }

  /** Children that it was asked for so far. */
  get forks(): number {
    return this.#forks;
  }

  /** A new child; it becomes ready when it has been forked and has confined itself. */
  fork(): Child {
    this.#forks++;
    const id = crypto.randomUUID();
    const kill = () => this.#say({ type: "kill", child: id });
    const forked = new Forked(this.socket.expect(id), () => this.#pid, kill);
    this.#children.set(id, forked);
    this.ready.then((isWarm) => isWarm ? this.#say({ type: "fork", child: id }) : undefined);
    return new Child(forked);
  }

  /** Ends it as soon as its last child has ended. */
  retire(): void {
    this.#isRetired = true;
    this.#leaveIfAlone();
  }

  /** Ends it now, with its children. */
  kill(): void {
    try {
      this.#process.kill("SIGKILL");
    } catch {
      // it has ended by itself
    }
  }

  async #live(): Promise<void> {
    const hearing = this.#hear().catch(() => this.kill());
    await Promise.all([this.#process.status, hearing]);
    this.#warm.resolve(false);
    await this.#input.abort().catch(() => {});
    for (const [id, child] of this.#children) this.#bury(id, child, UNKNOWN);
  }

  async #hear(): Promise<void> {
    const lines = new Lines(MAX_LINE_BYTES, Number.MAX_SAFE_INTEGER);
    for await (const chunk of this.#process.stdout) {
      for (const line of lines.push(chunk)) this.#take(wordSchema.parse(JSON.parse(line)));
    }
  }

  #take([word, id, status]: z.infer<typeof wordSchema>): void {
    if (word === "ready") {
      if (this.#pid !== 0) throw new Error("a zygote is ready once");
      this.#pid = innermost(this.#process.pid);
      return this.#warm.resolve(true);
    }
    const child = this.#children.get(id);
    const signal = status & SIGNAL_BITS;
    const code = signal === 0 ? status >> 8 : SIGNALED + signal;
    if (child) this.#bury(id, child, { code, signal: null, stderr: "" });
    this.#leaveIfAlone();
  }

  #bury(id: string, child: Forked, death: Death): void {
    this.#children.delete(id);
    this.socket.forget(id);
    child.die(death);
  }

  #leaveIfAlone(): void {
    if (this.#isRetired && this.#children.size === 0) this.kill();
  }

  #say(order: Order): void {
    this.#input.write(encoder.encode(JSON.stringify(order) + "\n")).catch(() => {});
  }
}

/** A process that was forked for one child. */
class Forked implements Body {
  readonly #ended = Promise.withResolvers<Death>();
  #pid = 0;

  constructor(
    readonly connection: ReturnType<ZygoteSocket["expect"]>,
    readonly parent: () => number,
    readonly kill: () => void,
  ) {}

  live(): Promise<Death> {
    return this.#ended.promise;
  }

  get pid(): number {
    return this.#pid;
  }

  get output(): AsyncIterable<Uint8Array> {
    return this.#read();
  }

  async write(bytes: Uint8Array): Promise<void> {
    await (await this.connection)?.input.write(bytes);
  }

  die(death: Death): void {
    this.#ended.resolve(death);
  }

  /** A child that cannot be measured must not run: nothing else would limit it. */
  async *#read(): AsyncGenerator<Uint8Array, void> {
    const met = await this.connection;
    if (met === undefined) return;
    const pid = findChild(this.parent(), met.pid);
    if (pid === undefined) return this.kill();
    this.#pid = pid;
    yield* met.output;
  }
}
