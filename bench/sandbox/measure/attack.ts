import type { Attack } from "../../../tests/attacks/program.ts";
import { makeTools } from "../../../tests/attacks/tools.ts";
import { HONEST, SMALL } from "../limits.ts";
import type { Peer } from "../peers.ts";
import { pssBytes } from "../proc.ts";
import { type BenchTool, Station } from "../station.ts";
import type { Played } from "../wire.ts";
import { calm } from "./calm.ts";
import { Canary } from "./canary.ts";

/** What became of the attack programs on one peer. */
export interface Score {
  attacks: number;
  /** By program: what was seen. */
  breaches: Map<string, string[]>;
  /** How many of those the bench itself saw, whatever the program says. */
  seen: number;
  /** Honest programs among them, and those that failed. */
  honest: number;
  refused: string[];
}

const MAX_LAG_MS = 1_500;
const MAX_GROWTH_BYTES = 500 * 1024 * 1024;
const HANGS_MS = 2_000;
/** How soon an honest program must have run after a hostile one. */
const SERVES_MS = 5_000;
/** Looks for quiet after a run, 25 ms each. */
const LOOKS = 14;
/** Of one core, once a run has ended. */
const IDLE_SHARE = 0.6;
/** A memory bomb must not take the machine: a host may hold this much and no more. */
const MAX_DATA_KB = 6 * 1024 * 1024;
/** These must not end by themselves. */
const STOPPED: readonly string[] = ["timeout", "limit", "error"];

/** Plays every program on a station of the peer, with a new one whenever the old one is spoilt. */
export async function scoreAttacks(peer: Peer, attacks: readonly Attack[]): Promise<Score> {
  await using range = await Range.open(peer);
  const hostile = attacks.filter(({ want }) => want !== "ok");
  const score: Score = {
    attacks: hostile.length,
    breaches: new Map(),
    seen: 0,
    honest: attacks.length - hostile.length,
    refused: [],
  };
  for (const attack of attacks) {
    const breaches = await range.attempt(attack);
    if (breaches.length === 0) continue;
    if (attack.want === "ok") score.refused.push(attack.name);
    else score.breaches.set(attack.name, breaches);
    if (attack.want !== "ok" && breaches.some(isSeen)) score.seen++;
  }
  return score;
}

/** What the bench saw itself; the rest is what the program or its ending says. */
function isSeen(breach: string): boolean {
  return !breach.startsWith("it ");
}

class Range implements AsyncDisposable {
  #station: Station | undefined;
  #baseBytes = 0;

  private constructor(readonly peer: Peer, readonly canary: Canary, readonly cwd: string) {}

  static async open(peer: Peer): Promise<Range> {
    const cwd = await Deno.makeTempDir({ prefix: "attack-" });
    return new Range(peer, await Canary.open(), cwd);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#station?.[Symbol.asyncDispose]();
    await this.canary[Symbol.asyncDispose]();
    await Deno.remove(this.cwd, { recursive: true });
  }

  /** What was seen that must not be, by every oracle there is. */
  async attempt(attack: Attack): Promise<string[]> {
    const station = await this.#take();
    const { tools, counted } = makeTools();
    const breaches = await this.#play(station, attack, forward(tools));
    const calls = counted.calls;
    if (!await calm(station, LOOKS, IDLE_SHARE)) breaches.push("CPU is still used");
    if (counted.calls > calls) breaches.push("a tool is called after the end");
    if (this.canary.hits > 0) breaches.push("egress");
    if (pssBytes(station.tree()) - this.#baseBytes > MAX_GROWTH_BYTES) breaches.push("memory");
    if (station.printed !== "") breaches.push("the host prints");
    if (!breaches.some(isSeen) && !await stillServes(station)) {
      breaches.push("the next run fails");
    }
    if (breaches.some(isSeen)) await this.#drop(station);
    this.canary.hits = 0;
    return [...new Set(breaches)];
  }

  async #take(): Promise<Station> {
    if (this.#station) return this.#station;
    const station = await Station.start(this.peer, this.cwd, { maxDataKb: MAX_DATA_KB });
    await stillServes(station);
    await station.rest();
    this.#baseBytes = pssBytes(station.tree());
    station.printed = "";
    return this.#station = station;
  }

  async #drop(station: Station): Promise<void> {
    this.#station = undefined;
    await station[Symbol.asyncDispose]();
  }

  async #play(
    station: Station,
    attack: Attack,
    tools: Record<string, BenchTool>,
  ): Promise<string[]> {
    const limits = attack.want === "ok" ? HONEST : SMALL;
    const program = this.canary.place(attack.source);
    const play = (role: string) => {
      const job = { program, input: JSON.stringify({ role }), limits };
      return station.play(job, tools, { withinMs: limits.wallMs + HANGS_MS });
    };
    try {
      const played = await playRoles(attack.run, play);
      return played.flatMap((each) => judge(attack, each));
    } catch (error) {
      return [station.alive ? `the host hangs: ${String(error).slice(0, 80)}` : "the host died"];
    }
  }
}

async function playRoles(run: Attack["run"], play: (role: string) => Promise<Played>) {
  if (run === "once") return [await play("a")];
  if (run === "pair-par") return await Promise.all([play("a"), play("b")]);
  return [await play("a"), await play("b")];
}

function judge({ want }: Attack, { outcome, lagMs, polluted }: Played): string[] {
  const { status, output } = outcome;
  const ended = status === "succeeded";
  return [
    STOPPED.includes(want) && ended ? [`it ends by itself instead of ${want}`] : [],
    want === "ok" && !ended ? [`${status}: ${outcome.error ?? ""}`] : [],
    /^\{"breach":/.test(output ?? "") ? [`it reports ${output?.slice(0, 100)}`] : [],
    lagMs > MAX_LAG_MS ? ["the event loop stands still"] : [],
    polluted ? ["the host's prototypes are polluted"] : [],
  ].flat();
}

async function stillServes(station: Station): Promise<boolean> {
  const program = "export default (input) => [input].map((n) => n + 1)";
  try {
    const { outcome } = await station.play({ program, input: "1", limits: HONEST }, {}, {
      withinMs: SERVES_MS,
    });
    return outcome.output === "[2]";
  } catch {
    return false;
  }
}

function forward(
  tools: ReturnType<typeof makeTools>["tools"],
): Record<string, BenchTool> {
  const { signal } = new AbortController();
  return Object.fromEntries(
    Object.entries(tools).map(([name, tool]) => [name, (args) => tool(args, signal, name)]),
  );
}
