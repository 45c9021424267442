import { uuid7 } from "../../_shared/ids.ts";
import { findPlace } from "../../_shared/placement.ts";
import {
  type Ending,
  type Engine,
  EngineLost,
  EngineUnavailable,
  type Event,
  type Limits,
  type Place,
} from "../../_shared/sandbox/engine.ts";
import { holds } from "./judge.ts";
import type { Verdict, Verification, Want } from "./schema.ts";

/** A hostile agent, or as a control an honest one, and what is to become of it. */
export interface Program {
  name: string;
  want: Want;
  attempted: string;
  /** An ES module in JavaScript that asks for no tool. */
  source: string;
}

/** Small, so that many endless loops are over soon. */
const HOSTILE = { cpuMs: 60, wallMs: 800 };
/** Honest programs may take their time on a busy machine. */
const HONEST = { cpuMs: 300, wallMs: 5_000 };

/** Who verifies, and until when. */
export interface Verifying {
  tenant: string;
  signal: AbortSignal;
}

/**
 * Plays programs on an engine, one after the other, each in a place of its own, and says which it
 * held. What `signal` leaves no time for is skipped. Throws `engine_busy` or `engine_unavailable`
 * where the engine gives no place.
 */
export async function verify(
  engine: Engine,
  programs: readonly Program[],
  { tenant, signal }: Verifying,
): Promise<Verification> {
  let seen: Pick<Place, "engine" | "layers"> = { engine: engine.name, layers: [] };
  const verdicts: Verdict[] = [];
  for (const program of programs) {
    if (signal.aborted) {
      verdicts.push(skipped(program));
      continue;
    }
    const limits = limitsOf(engine, program.want);
    const place = await findPlace(engine, { run: uuid7(), tenant, limits }, signal);
    seen = place;
    verdicts.push(await play(place, program, { limits, signal }));
  }
  const count = (held: boolean | null) => verdicts.filter((it) => it.held === held).length;
  return {
    engine: seen.engine,
    layers: [...seen.layers],
    held: count(true),
    breached: count(false),
    skipped: count(null),
    programs: verdicts,
  };
}

function limitsOf({ defaults }: Engine, want: Want): Limits {
  const { cpuMs, wallMs } = want === "ok" ? HONEST : HOSTILE;
  return {
    ...defaults,
    cpuMs: Math.min(cpuMs, defaults.cpuMs),
    wallMs: Math.min(wallMs, defaults.wallMs),
  };
}

function skipped({ name, want, attempted }: Program): Verdict {
  return { name, want, attempted, ending: "skipped", held: null, ms: 0 };
}

async function play(
  place: Place,
  program: Program,
  { limits, signal }: { limits: Limits; signal: AbortSignal },
): Promise<Verdict> {
  const { name, want, attempted, source } = program;
  const began = performance.now();
  const job = { program: source, input: '{"role":"a"}', tools: {}, limits };
  const { events, ending } = await watch(place, job, signal);
  if (signal.aborted) return skipped(program);
  return {
    name,
    want,
    attempted,
    ending: ending?.error?.kind ?? ending?.status ?? "lost",
    held: ending !== undefined && holds(want, events, ending),
    ms: Math.round(performance.now() - began),
  };
}

/** All that comes out of a run. There is no ending where the sandbox was lost. */
async function watch(place: Place, job: Parameters<Place["run"]>[0], signal: AbortSignal) {
  const events: Event[] = [];
  let ending: Ending | undefined;
  try {
    for await (const item of place.run(job, signal)) {
      if (item.type === "ending") ending = item;
      else events.push(item);
    }
  } catch (cause) {
    if (!(cause instanceof EngineLost || cause instanceof EngineUnavailable)) throw cause;
  } finally {
    place.leave();
  }
  return { events, ending };
}
