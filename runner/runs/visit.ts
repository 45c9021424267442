import {
  type Ending,
  EngineUnavailable,
  type Event,
  type Job,
  LimitRefused,
  type Place,
} from "../../supabase/functions/_shared/sandbox/engine.ts";
import {
  type LineReader,
  parseLine,
} from "../../supabase/functions/_shared/sandbox/remote/lines.ts";
import {
  ClientLine,
  JSON_BYTES_PER_CHAR,
  LINE_SLACK_BYTES,
  type RunnerLine,
  toWireUsage,
} from "../../supabase/functions/_shared/sandbox/remote/wire.ts";
import { Problem } from "../problem.ts";
import type { Pass } from "../token.ts";
import { Bridge } from "./bridge.ts";
import { readJob } from "./job.ts";
import { Outbox } from "./outbox.ts";

const FAREWELL_MS = 250;

/** How long a visit waits for what, in milliseconds. */
export interface Patience {
  /** For the job, once its place is held. */
  jobMs: number;
  /** Between two signs of life to the client. */
  beatMs: number;
  /** For a client to take what it was sent. */
  stallMs: number;
}

/** Who visits, where its program will run, and what the client says. */
export interface Visiting {
  pass: Pass;
  place: Place;
  reader: LineReader;
  patience: Patience;
}

/** How a visit ended: as its run did, or without one, or `lost` when nobody can tell. */
export interface Outcome {
  status: Ending["status"] | "refused" | "left" | "lost";
  /** From the job to the ending, in milliseconds; there if there was a job. */
  ms?: number;
  cause?: unknown;
}

/**
 * One client at one place: `placed`, then its job, then its run's events and one ending. Whatever
 * goes wrong ends the run and frees the place.
 */
export class Visit {
  /** What was made of it, once the program has ended; never rejects. */
  readonly outcome: Promise<Outcome>;
  readonly #stop = new AbortController();
  readonly #reader: LineReader;
  readonly #outbox: Outbox;
  readonly #bridge: Bridge;
  #started: number | undefined;

  constructor(readonly visiting: Visiting) {
    const { reader, patience } = visiting;
    this.#reader = reader;
    this.#outbox = new Outbox({ stallMs: patience.stallMs, onGone: () => this.cancel() });
    this.#bridge = new Bridge((line) => this.#outbox.push(line));
    this.outcome = this.#conduct();
  }

  /** The lines for the client. */
  get body(): ReadableStream<Uint8Array> {
    return this.#outbox.body;
  }

  /** Settles when nothing of the visit is left: no program, and no line to be read. */
  async over(): Promise<void> {
    await this.outcome;
    await this.#outbox.over;
  }

  /** Ends the run as cancelled, or the visit when there is no run yet. */
  cancel(): void {
    this.#stop.abort();
  }

  async #conduct(): Promise<Outcome> {
    const { place, patience } = this.visiting;
    const beat = setInterval(() => this.#outbox.push({ type: "beat" }), patience.beatMs);
    this.#outbox.push({ type: "placed", engine: place.engine, layers: [...place.layers] });
    let listening: Promise<void> | undefined;
    try {
      const job = await this.#awaitJob();
      if (job === undefined) return this.#outcome("left");
      this.#started = performance.now();
      listening = this.#listen(job);
      return this.#outcome(await this.#run(job));
    } catch (thrown) {
      return this.#refuse(thrown);
    } finally {
      clearInterval(beat);
      place.leave();
      await this.#farewell(listening);
      this.#outbox.close();
    }
  }

  async #awaitJob(): Promise<Job | undefined> {
    let late = false;
    const giveUp = () => void this.#reader.cancel();
    const bell = setTimeout(() => (late = true, giveUp()), this.visiting.patience.jobMs);
    this.#stop.signal.addEventListener("abort", giveUp);
    try {
      const job = await readJob(this.#reader, this.visiting.pass, this.#bridge);
      if (late) throw new Problem("job_late");
      return job;
    } finally {
      clearTimeout(bell);
      this.#stop.signal.removeEventListener("abort", giveUp);
    }
  }

  async #run(job: Job): Promise<Ending["status"]> {
    for await (const item of this.visiting.place.run(job, this.#stop.signal)) {
      this.#outbox.push(lineOf(item));
      if (item.type === "ending") return item.status;
    }
    throw new Error("the engine stopped without an ending");
  }

  /** Takes answers, until the client has said all. One that breaks the rules, or off, is cancelled. */
  async #listen({ limits }: Job): Promise<void> {
    const longest = JSON_BYTES_PER_CHAR * limits.toolBytes + LINE_SLACK_BYTES;
    try {
      for (;;) {
        const line = await this.#reader.next(longest);
        if (line === undefined) return this.#bridge.hangUp();
        const said = parseLine(ClientLine, line);
        if (said.type === "cancel") this.cancel();
        else this.#bridge.answer(said);
      }
    } catch {
      this.cancel();
    }
  }

  /** A client that closes its side in time can use the connection again. */
  async #farewell(listening: Promise<void> | undefined): Promise<void> {
    const bell = setTimeout(() => void this.#reader.cancel(), FAREWELL_MS);
    await listening;
    clearTimeout(bell);
    await this.#reader.cancel();
  }

  #refuse(thrown: unknown): Outcome {
    const problem = refusalOf(thrown);
    if (problem === undefined) return { ...this.#outcome("lost"), cause: thrown };
    const document = problem.document(this.visiting.pass.run);
    this.#outbox.push({ type: "refused", problem: { ...document, code: problem.code } });
    return { ...this.#outcome("refused"), cause: problem };
  }

  #outcome(status: Outcome["status"]): Outcome {
    if (this.#started === undefined) return { status };
    return { status, ms: performance.now() - this.#started };
  }
}

function lineOf(item: Event | Ending): RunnerLine {
  return item.type === "ending" ? { ...item, usage: toWireUsage(item.usage) } : item;
}

/** What nothing has run of; undefined when that cannot be told. */
function refusalOf(thrown: unknown): Problem | undefined {
  if (thrown instanceof Problem) return thrown;
  if (thrown instanceof LimitRefused) {
    const { limit, asked, ceiling } = thrown;
    return new Problem("limit_refused", { refused: { limit, asked, ceiling }, cause: thrown });
  }
  if (thrown instanceof EngineUnavailable) {
    return new Problem("engine_unavailable", { cause: thrown });
  }
}
