import process from "node:process";
import {
  DEFAULT_LIMITS,
  type Ending,
  type Engine,
  type Limits,
} from "../../supabase/functions/_shared/sandbox/engine.ts";
import type { Canary } from "./canary.ts";
import type { Attack, Want } from "./program.ts";
import { makeTools } from "./tools.ts";

/** What became of an attack. It holds when there are no breaches. */
export interface Report {
  statuses: string[];
  breaches: string[];
}

/** Small, so that a suite of endless loops is quick. */
const LIMITS: Limits = { ...DEFAULT_LIMITS, cpuMs: 60, wallMs: 800 };
/** Honest programs may take their time on a busy machine. */
const HONEST: Limits = { ...DEFAULT_LIMITS, cpuMs: 500 };
const MAX_LAG_MS = 1_500;
const MAX_RSS_BYTES = 700 * 1024 * 1024;
const WATCH_MS = 25;
const MAX_LOOKS = 80;
/** Deno 2.1 knows no `process.cpuUsage`. */
const TELLS_CPU = !Deno.version.deno.startsWith("2.1.");
/** Of one core. */
const IDLE_SHARE = 0.6;

const ACCEPTED: Record<Want, readonly Ending["status"][]> = {
  timeout: ["timed_out", "out_of_memory", "output_exceeded", "failed"],
  memory: ["out_of_memory", "timed_out", "failed", "succeeded"],
  limit: ["output_exceeded", "out_of_memory", "timed_out", "failed"],
  refused: ["succeeded", "failed", "timed_out", "out_of_memory", "output_exceeded"],
  error: ["failed", "timed_out", "out_of_memory", "output_exceeded"],
  harmless: ["succeeded", "failed", "timed_out", "out_of_memory", "output_exceeded"],
  ok: ["succeeded"],
};

/** Runs an attack through an engine in this very process and watches every oracle there is. */
export async function attempt(engine: Engine, attack: Attack, canary: Canary): Promise<Report> {
  const watch = new Watch();
  const limits = attack.want === "ok" ? HONEST : LIMITS;
  const program = canary.place(attack.source);
  const { tools, counted } = makeTools();
  const play = async (role: string) => {
    const job = { program, input: JSON.stringify({ role }), tools, limits };
    const seen = await Array.fromAsync(engine.run(job, new AbortController().signal));
    return { seen, calls: counted.calls };
  };
  const played = await playRoles(attack.run, play);
  const breaches = played.flatMap(({ seen }) => judge(attack.want, seen.at(-1)));
  const calls = counted.calls;
  breaches.push(...await watch.close());
  if (counted.calls !== calls) breaches.push("a tool was called after the end");
  if (canary.hits.length > 0) breaches.push(`egress to ${canary.hits.splice(0).join()}`);
  if (!await stillServes(engine)) breaches.push("the next run fails");
  return { statuses: played.map(({ seen }) => statusOf(seen.at(-1))), breaches };
}

async function playRoles<Played>(run: Attack["run"], play: (role: string) => Promise<Played>) {
  if (run === "once") return [await play("a")];
  if (run === "pair-par") return await Promise.all([play("a"), play("b")]);
  return [await play("a"), await play("b")];
}

function judge(want: Want, last: { type: string } | undefined): string[] {
  if (!isEnding(last)) return ["the run has no ending"];
  const breaches: string[] = [];
  if (!ACCEPTED[want].includes(last.status)) breaches.push(`${last.status} instead of ${want}`);
  if (last.error?.kind === "internal") breaches.push("the sandbox itself failed");
  if (/^\{"breach":/.test(last.output ?? "")) breaches.push(`it reports ${last.output}`);
  return breaches;
}

function isEnding(last: { type: string } | undefined): last is Ending {
  return last?.type === "ending";
}

function statusOf(last: { type: string } | undefined): string {
  return isEnding(last) ? last.error?.kind ?? last.status : "none";
}

async function stillServes(engine: Engine): Promise<boolean> {
  const program = "export default (input) => [input].map((n) => n + 1)";
  const job = { program, input: "1", tools: {}, limits: HONEST };
  for await (const event of engine.run(job, new AbortController().signal)) {
    if (event.type === "ending" && event.output === "[2]") return true;
  }
  return false;
}

/** Watches the host: its event loop, its memory, its output, its prototypes, its idle CPU. */
class Watch {
  readonly #console = { ...console };
  readonly #printed: string[] = [];
  #beat = performance.now();
  #lag = 0;
  readonly #timer = setInterval(() => {
    this.#lag = Math.max(this.#lag, performance.now() - this.#beat);
    this.#beat = performance.now();
  }, 20);

  constructor() {
    const print = (...values: unknown[]) => void this.#printed.push(values.map(String).join(" "));
    Object.assign(console, { log: print, info: print, warn: print, error: print, debug: print });
  }

  /** Stops watching and tells what was seen. */
  async close(): Promise<string[]> {
    const quiet = await becomesQuiet();
    clearInterval(this.#timer);
    Object.assign(console, this.#console);
    return [
      this.#lag > MAX_LAG_MS ? [`the event loop stood still for ${Math.round(this.#lag)} ms`] : [],
      this.#printed.map((line) => `printed ${line.slice(0, 60)}`),
      process.memoryUsage().rss > MAX_RSS_BYTES ? ["the host's memory grew"] : [],
      Object.keys(Object.prototype).length > 0 || "polluted" in {} ? ["prototype pollution"] : [],
      quiet ? [] : ["CPU is still used"],
    ].flat();
  }
}

/** The engine's own compiler and collector may work on for a while; a left-over loop never stops. */
async function becomesQuiet(): Promise<boolean> {
  if (!TELLS_CPU) return true;
  for (let look = 0; look < MAX_LOOKS; look++) {
    const before = process.cpuUsage();
    const started = performance.now();
    await new Promise((resolve) => setTimeout(resolve, WATCH_MS));
    const { user, system } = process.cpuUsage(before);
    if ((user + system) / 1000 / (performance.now() - started) < IDLE_SHARE) return true;
  }
  return false;
}
