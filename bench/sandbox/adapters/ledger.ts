import { isShallow } from "../../../supabase/functions/_shared/sandbox/depth.ts";
import type { Job, Outcome } from "../adapter.ts";

/** What a program says to its host, as the glue of the peers carries it. */
export interface Said {
  log?: string;
  call?: number;
  tool?: string;
  args?: string;
  done?: string;
  failed?: string;
}

const MAX_ARGUMENTS = 256 * 1024;

/** Carries a tool's answer back: JSON text, or the message of what went wrong. */
export type Answer = (call: number, ok: boolean, text: string) => void;

/**
 * One run of a peer that has no bookkeeping of its own: it counts what is said, calls the tools,
 * and knows the deadline. So every peer gets the limits of logs, output and calls for nothing, and
 * its score tells of its isolation.
 */
export class Ledger {
  readonly ended: Promise<Outcome>;
  logs = 0;
  #bytes = 0;
  #calls = 0;
  #over = false;
  #resolve: (outcome: Outcome) => void = () => {};
  readonly #timer: ReturnType<typeof setTimeout>;
  readonly #job: Job;
  readonly #answer: Answer;

  constructor(job: Job, answer: Answer) {
    this.#job = job;
    this.#answer = answer;
    this.ended = new Promise((resolve) => this.#resolve = resolve);
    this.#timer = setTimeout(() => this.end({ status: "timed_out" }), job.limits.wallMs);
  }

  /** Ends the run unless it has ended; a thrown or unreadable word of the program ends it too. */
  end(outcome: Omit<Outcome, "logs">): void {
    if (this.#over) return;
    this.#over = true;
    clearTimeout(this.#timer);
    this.#resolve({ ...outcome, logs: this.logs });
  }

  fail(error: unknown): void {
    this.end({ status: "failed", error: String(error) });
  }

  /** Takes one message of the program. */
  hear(said: Said): void {
    if (this.#over) return;
    if (typeof said.log === "string") this.#log(said.log);
    else if (typeof said.done === "string") this.#done(said.done);
    else if (typeof said.call === "number") this.#call(said);
    else this.fail(said.failed);
  }

  #log(text: string): void {
    const { events, logBytes } = this.#job.limits;
    this.logs++;
    this.#bytes += text.length;
    if (this.logs > events || this.#bytes > logBytes) this.end({ status: "output_exceeded" });
  }

  #done(output: string): void {
    if (output.length > this.#job.limits.outputBytes) this.end({ status: "output_exceeded" });
    else if (!isShallow(output)) this.fail("the result is too deep");
    else this.end({ status: "succeeded", output });
  }

  #call({ call = 0, tool = "", args = "null" }: Said): void {
    if (++this.#calls > this.#job.limits.toolCalls) return this.end({ status: "output_exceeded" });
    this.use(tool, args).then(
      (text) => this.#over || this.#answer(call, true, text),
      (error) => this.#over || this.#answer(call, false, String(error?.message ?? error)),
    );
  }

  /** Calls a tool and gives its answer as JSON text. */
  async use(tool: string, args: string): Promise<string> {
    const { tools } = this.#job;
    if (args.length > MAX_ARGUMENTS || !isShallow(args)) throw new Error("bad arguments");
    const found = Object.hasOwn(tools, tool) ? tools[tool] : undefined;
    if (!found) throw new Error("no such tool");
    return JSON.stringify(await found(JSON.parse(args))) ?? "null";
  }
}
