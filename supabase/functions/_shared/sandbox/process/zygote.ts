import * as z from "zod";
import type { Launch } from "./box.ts";
import { Child, type Death, MAX_START_MS } from "./child.ts";
import { Forked } from "./forked.ts";
import type { Order } from "./frames.ts";
import { Lines } from "./lines.ts";
import { innermost } from "./meter.ts";
import { chunksOf, MAX_PIPES_MS } from "./pipes.ts";
import type { ZygoteSocket } from "./zygote_socket.ts";

/** Copies share the places where things lie in memory; so many at most share the same ones. */
export const MAX_FORKS = 250;

/** How long a zygote and its children may take, in milliseconds, before they are killed. */
export interface Patience {
  /** From a zygote's start until it can be forked. */
  readyMs: number;
  /** From when a child is asked for until it is warm. */
  childMs: number;
  /** From the order to kill a child until its death is told: then its zygote is killed. */
  deathMs: number;
}

const PATIENCE: Patience = { readyMs: 10_000, childMs: MAX_START_MS, deathMs: 2_000 };
const MAX_LINE_BYTES = 1_024;
/** That it is ready, and once of each child that it has died, in 54 bytes at most. */
const MAX_TOTAL_BYTES = 64 * (MAX_FORKS + 1);
const SIGNALED = 128;
const SIGNAL_BITS = 127;
/** Of a child whose zygote has died, nobody can say how it ended. */
const UNKNOWN: Death = { code: 1, signal: null, stderr: "" };
const encoder = new TextEncoder();

const wordSchema = z.union([
  z.tuple([z.literal("ready")]),
  z.tuple([z.literal("died"), z.string(), z.number().int()]),
]);

/** A child as its zygote knows it. */
interface Entry {
  body: Forked;
  /** Was the order to fork it given? */
  isOrdered: boolean;
  /** Runs from the order to kill it until its death is told. */
  overdue?: ReturnType<typeof setTimeout>;
}

/** A process that holds a warm realm, and of which every child begins as a copy. */
export class Zygote {
  /** True when it can be forked, false when it never will be. */
  readonly ready: Promise<boolean>;
  /** Resolves when it is gone, and every child with it. */
  readonly gone: Promise<void>;
  readonly #process: Deno.ChildProcess;
  readonly #input: WritableStreamDefaultWriter<Uint8Array>;
  readonly #output: ReadableStreamDefaultReader<Uint8Array>;
  readonly #warm = Promise.withResolvers<boolean>();
  readonly #children = new Map<string, Entry>();
  readonly #patience: Patience;
  readonly #late: ReturnType<typeof setTimeout>;
  #forks = 0;
  #pid = 0;
  #isRetired = false;
  #isGone = false;

  constructor(
    { command, ...launch }: Launch,
    boot: Order,
    readonly socket: ZygoteSocket,
    patience: Partial<Patience> = {},
  ) {
    this.#patience = { ...PATIENCE, ...patience };
    const streams = { stdin: "piped", stdout: "piped", stderr: "null" } as const;
    const options = { ...launch, clearEnv: true, cwd: "/", ...streams };
    this.#process = new Deno.Command(command, options).spawn();
    this.#input = this.#process.stdin.getWriter();
    this.#output = this.#process.stdout.getReader();
    this.#late = setTimeout(() => this.kill(), this.#patience.readyMs);
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
    const parent = { pid: () => this.#pid, kill: () => this.#end(id) };
    const body = new Forked(this.socket.expect(id), parent);
    this.#children.set(id, { body, isOrdered: false });
    this.ready.then((isWarm) => this.#order(id, isWarm));
    return new Child(body, this.#patience.childMs);
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
    await this.#process.status;
    const late = setTimeout(() => this.#output.cancel(), MAX_PIPES_MS);
    await hearing;
    await this.#output.cancel();
    clearTimeout(late);
    clearTimeout(this.#late);
    this.#isGone = true;
    this.#warm.resolve(false);
    await this.#input.abort().catch(() => {});
    for (const id of this.#children.keys()) this.#bury(id, UNKNOWN);
  }

  async #hear(): Promise<void> {
    const lines = new Lines(MAX_LINE_BYTES, MAX_TOTAL_BYTES);
    for await (const chunk of chunksOf(this.#output)) {
      for (const line of lines.push(chunk)) this.#take(wordSchema.parse(JSON.parse(line)));
    }
  }

  #take([word, id, status]: z.infer<typeof wordSchema>): void {
    if (word === "ready") {
      if (this.#pid !== 0) throw new Error("a zygote is ready once");
      clearTimeout(this.#late);
      this.#pid = innermost(this.#process.pid);
      return this.#warm.resolve(true);
    }
    const signal = status & SIGNAL_BITS;
    const code = signal === 0 ? status >> 8 : SIGNALED + signal;
    this.#bury(id, { code, signal: null, stderr: "" });
  }

  /** Has a child forked, unless it was given up meanwhile. */
  #order(id: string, isWarm: boolean): void {
    const child = this.#children.get(id);
    if (child === undefined) return;
    if (!isWarm || this.#isGone) return this.#bury(id, UNKNOWN);
    child.isOrdered = true;
    this.#say({ type: "fork", child: id });
  }

  /** Has a child killed; with its zygote, when that does not tell the child's death in time. */
  #end(id: string): void {
    const child = this.#children.get(id);
    if (child === undefined) return;
    if (!child.isOrdered) return this.#bury(id, UNKNOWN);
    child.overdue ??= setTimeout(() => this.kill(), this.#patience.deathMs);
    this.#say({ type: "kill", child: id });
  }

  #bury(id: string, death: Death): void {
    const child = this.#children.get(id);
    if (child === undefined) return;
    clearTimeout(child.overdue);
    this.#children.delete(id);
    this.socket.forget(id);
    child.body.die(death);
    this.#leaveIfAlone();
  }

  #leaveIfAlone(): void {
    if (this.#isRetired && this.#children.size === 0) this.kill();
  }

  #say(order: Order): void {
    this.#input.write(encoder.encode(JSON.stringify(order) + "\n")).catch(() => {});
  }
}
