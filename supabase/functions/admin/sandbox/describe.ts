import { uuid7 } from "../../_shared/ids.ts";
import type { EngineHost } from "../../_shared/engine.ts";
import { findEngine, findPlace } from "../../_shared/placement.ts";
import { toWire } from "../../_shared/sandbox/remote/wire.ts";
import type { Sandbox } from "./schema.ts";

/** What the engine is, asked of a place on it: only that knows the walls that are really there. */
export async function describeSandbox(
  host: EngineHost,
  { tenant, signal }: { tenant: string; signal: AbortSignal },
): Promise<Sandbox> {
  const engine = await findEngine(host);
  const { defaults, ceiling } = engine;
  const place = await findPlace(engine, { run: uuid7(), tenant, limits: { ...defaults } }, signal);
  place.leave();
  const pool = await host.stats();
  return {
    engine: place.engine,
    layers: [...place.layers],
    defaults: toWire(defaults),
    ceiling: toWire(ceiling),
    pool: pool === undefined ? null : snakeCased(pool),
  };
}

function snakeCased(stats: Readonly<Record<string, number>>): Record<string, number> {
  const entries = Object.entries(stats).map(([name, value]) =>
    [name.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`), value] as const
  );
  return Object.fromEntries(entries);
}
