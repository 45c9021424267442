import type { Body, Death } from "./child.ts";
import { findChild } from "./meter.ts";
import type { Met } from "./zygote_socket.ts";

/** What a child needs of the zygote that it is forked from. */
export interface Parent {
  /** Its process id; 0 until it is ready. */
  pid(): number;
  /** Has the child killed. */
  kill(): void;
}

/** A process that was forked for one child. */
export class Forked implements Body {
  readonly #ended = Promise.withResolvers<Death>();
  #pid = 0;

  constructor(readonly connection: Promise<Met | undefined>, readonly parent: Parent) {}

  /** Settles by {@link die}: only the zygote learns how its child ended. */
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

  kill(): void {
    this.parent.kill();
  }

  /** It has ended, or nobody will ever fork it. */
  die(death: Death): void {
    this.#ended.resolve(death);
  }

  /** A child that cannot be measured must not run: nothing else would limit it. */
  async *#read(): AsyncGenerator<Uint8Array, void> {
    const met = await this.connection;
    if (met === undefined) return;
    const pid = findChild(this.parent.pid(), met.pid);
    if (pid !== undefined) {
      this.#pid = pid;
      return yield* met.output;
    }
    met.close();
    this.kill();
  }
}
