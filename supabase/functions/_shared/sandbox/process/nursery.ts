import { type Design, launchOf } from "./box.ts";
import type { Child } from "./child.ts";
import type { Order } from "./frames.ts";
import { MAX_FORKS, Zygote } from "./zygote.ts";
import { ZygoteSocket } from "./zygote_socket.ts";

/** Where children are forked: from one zygote at a time, which is replaced now and then. */
export class Nursery {
  readonly #socket: ZygoteSocket;
  readonly #zygotes = new Set<Zygote>();
  #current: Zygote | undefined;

  constructor(readonly design: Design, readonly boot: Order) {
    this.#socket = new ZygoteSocket(design.user);
  }

  /** A child that becomes ready soon, or never if its zygote cannot live here. */
  spawn(): Child {
    if (this.#current !== undefined && this.#current.forks >= MAX_FORKS) {
      this.#current.retire();
      this.#current = undefined;
    }
    return (this.#current ??= this.#start()).fork();
  }

  /** Ends everything. */
  async close(): Promise<void> {
    for (const zygote of this.#zygotes) zygote.kill();
    await Promise.all([...this.#zygotes].map(({ gone }) => gone));
    await this.#socket[Symbol.asyncDispose]();
  }

  #start(): Zygote {
    const zygote = new Zygote(launchOf(this.design, this.#socket.folder), this.boot, this.#socket);
    this.#zygotes.add(zygote);
    zygote.gone.then(() => {
      this.#zygotes.delete(zygote);
      if (this.#current === zygote) this.#current = undefined;
    });
    return zygote;
  }
}
