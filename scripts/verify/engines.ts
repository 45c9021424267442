import { readEnv } from "../../supabase/functions/_shared/env.ts";
import { createRunTokens } from "../../supabase/functions/_shared/run_token.ts";
import { type Engine, EngineUnavailable } from "../../supabase/functions/_shared/sandbox/engine.ts";
import {
  type ProcessOptions,
  startProcessEngine,
} from "../../supabase/functions/_shared/sandbox/process/engine.ts";
import { quickJs } from "../../supabase/functions/_shared/sandbox/quickjs/engine.ts";
import { createRemoteEngine } from "../../supabase/functions/_shared/sandbox/remote/engine.ts";
import { isLoopback } from "../../supabase/functions/_shared/sandbox/remote/loopback.ts";
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

const ELSEWHERE =
  "the eyes on the runner's machine: its files, sockets, processes and CPU cannot be " +
  "watched from here, only what comes back. Run `deno task verify --engine process` there, too.";

/** How the operator's own runner starts its processes. */
export type ProcessChoice = Pick<ProcessOptions, "start" | "jit" | "box">;

/** Opens an engine as `execute` would. Throws `EngineUnavailable` where it cannot be had. */
export async function openSubject(
  name: EngineName,
  env: Record<string, string>,
  process: ProcessChoice = {},
): Promise<Subject> {
  if (name === "quickjs") return await subjectOf(quickJs, () => Promise.resolve());
  if (name === "remote") return await openRemote(env);
  const engine = await startProcessEngine({ places: 2, warm: 2, log() {}, ...process });
  return await subjectOf(engine, () => engine[Symbol.asyncDispose]());
}

async function openRemote(env: Record<string, string>): Promise<Subject> {
  const { runner } = readEnv({ ...PROJECT, ...ownOf(env) }).engine;
  if (runner === undefined) throw new EngineUnavailable("No runner is configured");
  const { url, ...token } = runner;
  const engine = createRemoteEngine({ url, authorize: createRunTokens(token) });
  const subject = await subjectOf(engine, () => Promise.resolve());
  if (isLoopback(new URL(url).hostname)) return subject;
  return { ...subject, missing: [...subject.missing, ELSEWHERE] };
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
