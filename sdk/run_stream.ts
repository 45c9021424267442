import type { Api } from "./api.ts";
import type { Opened } from "./follow.ts";
import type { Run, RunEvent } from "./wire.ts";

/**
 * A run that is watched: its events, each once, the last one being `run.<status>`. It can be read
 * once. Who stops reading leaves the run alone; `cancel()` stops it. Who asked for its id and does
 * not read it lets go of it by `close()`.
 */
export class RunStream implements AsyncIterable<RunEvent> {
  readonly #api: Api;
  readonly #open: () => Promise<Opened>;
  readonly #follow: (opened: Opened) => AsyncGenerator<RunEvent, void>;
  #opened: Promise<Opened> | undefined;
  #isRead = false;

  /** Over what starts the run, and what follows it. */
  constructor(
    api: Api,
    open: () => Promise<Opened>,
    follow: (opened: Opened) => AsyncGenerator<RunEvent, void>,
  ) {
    this.#api = api;
    this.#open = open;
    this.#follow = follow;
  }

  /** Starts the run, unless it was before, and says which one it is. */
  async id(): Promise<string> {
    this.#opened ??= this.#open();
    return (await this.#opened).id;
  }

  /** Starts the run, unless it was before, and reads it. Throws when it is read a second time. */
  [Symbol.asyncIterator](): AsyncGenerator<RunEvent, void> {
    return this.#events();
  }

  /** The run as it is now: its output and its usage once the events have ended. */
  async run(): Promise<Run> {
    return await this.#api.request("GET", "/execute/runs/{id}", {
      params: { id: await this.id() },
    });
  }

  /** Stops the run; one that has ended stays as it is. */
  async cancel(): Promise<Run> {
    const params = { id: await this.id() };
    await this.close();
    return await this.#api.request("POST", "/execute/runs/{id}/cancel", { params });
  }

  /** Lets go of a stream that nobody reads yet. The run goes on, and can be read all the same. */
  async close(): Promise<void> {
    const opened = this.#opened;
    if (this.#isRead || opened === undefined) return;
    this.#opened = opened.then(({ id }) => ({ id }));
    await (await opened).response?.body?.cancel();
  }

  async *#events(): AsyncGenerator<RunEvent, void> {
    if (this.#isRead) throw new TypeError("The stream of this run is read already");
    this.#isRead = true;
    this.#opened ??= this.#open();
    yield* this.#follow(await this.#opened);
  }
}
