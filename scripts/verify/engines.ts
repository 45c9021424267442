import { readEnv } from "../../supabase/functions/_shared/env.ts";
import { createRunTokens } from "../../supabase/functions/_shared/run_token.ts";
import { type Engine, EngineUnavailable } from "../../supabase/functions/_shared/sandbox/engine.ts";
import { startProcessEngine } from "../../supabase/functions/_shared/sandbox/process/engine.ts";
import { quickJs } from "../../supabase/functions/_shared/sandbox/quickjs/engine.ts";
import { createRemoteEngine } from "../../supabase/functions/_shared/sandbox/remote/engine.ts";
import type { EngineName } from "./options.ts";

/** An engine of this deployment, ready to be attacked. */
export interface Subject extends AsyncDisposable {
  engine: Engine;
  layers: readonly string[];
  /** Walls that this engine could have and does not have here, and why that matters. */
  missing: readonly string[];
}

/** Stands in for what only the functions have: nothing of it is used here. */
const PROJECT = {
  SUPABASE_URL: "http://localhost",
  SUPABASE_PUBLISHABLE_KEYS: '{"default":"none"}',
  SUPABASE_SECRET_KEYS: '{"default":"none"}',
} as const;

const NEVER = new AbortController().signal;
const WALLS = {
  bubblewrap: "no bubblewrap: without namespaces of its own, a process that breaks out of V8 and " +
    "of Deno's permissions meets the kernel's other walls only. Install it (apt install bubblewrap) " +
    "and allow user namespaces.",
  seccomp: "neither bubblewrap nor seccomp: a process that breaks out of V8 and of Deno's " +
    "permissions has this user's rights. Do not run strangers' code like this.",
  rlimits: "no limits of the kernel's: memory is watched from outside, which is slower to act.",
  jitless: "V8 makes machine code: faster, and most holes of V8 are found there.",
} as const;

/** Opens an engine as `execute` would. Throws `EngineUnavailable` where it cannot be had. */
export async function openSubject(
  name: EngineName,
  env: Record<string, string>,
): Promise<Subject> {
  if (name === "quickjs") return await subjectOf(quickJs, () => Promise.resolve());
  if (name === "remote") return await subjectOf(openRemote(env), () => Promise.resolve());
  const engine = await startProcessEngine({ places: 2, warm: 2, log() {} });
  return await subjectOf(engine, () => engine[Symbol.asyncDispose]());
}

function openRemote(env: Record<string, string>): Engine {
  const { runner } = readEnv({ ...PROJECT, ...ownOf(env) }).engine;
  if (runner === undefined) throw new EngineUnavailable("No runner is configured");
  const { url, ...token } = runner;
  return createRemoteEngine({ url, authorize: createRunTokens(token) });
}

function ownOf(env: Record<string, string>): Record<string, string> {
  return Object.fromEntries(Object.entries(env).filter(([name]) => name.startsWith("CLOISTER_")));
}

/** Its layers are what a place on it says: a runner tells of its own. */
async function subjectOf(engine: Engine, end: () => PromiseLike<void>): Promise<Subject> {
  const claim = { run: crypto.randomUUID(), tenant: "verify", limits: engine.defaults };
  const place = await engine.admit(claim, NEVER);
  const { layers } = place;
  place.leave();
  return { engine, layers, missing: missingFrom(layers), [Symbol.asyncDispose]: end };
}

/** An engine without processes has the walls that it has. */
function missingFrom(layers: readonly string[]): string[] {
  if (!layers.includes("process")) return [];
  const has = (layer: string) => layers.includes(layer);
  return [
    has("bubblewrap") ? [] : [has("seccomp") ? WALLS.bubblewrap : WALLS.seccomp],
    has("rlimits") ? [] : [WALLS.rlimits],
    has("jitless") ? [] : [WALLS.jitless],
  ].flat();
}
