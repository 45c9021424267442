import assert from "@std/assert";
import * as z from "zod";
import { createApp } from "../../../supabase/functions/_shared/app.ts";
import { createHost } from "../../../supabase/functions/_shared/engine.ts";
import { readEnv } from "../../../supabase/functions/_shared/env.ts";
import { createPlatform } from "../../../supabase/functions/_shared/platform.ts";
import type { Policy } from "../../../supabase/functions/_shared/policy/schema.ts";
import type { Engine } from "../../../supabase/functions/_shared/sandbox/engine.ts";
import {
  type ProcessEngine,
  startProcessEngine,
} from "../../../supabase/functions/_shared/sandbox/process/engine.ts";
import { isSupported } from "../../../supabase/functions/_shared/sandbox/process/supported.ts";
import { quickJs } from "../../../supabase/functions/_shared/sandbox/quickjs/engine.ts";
import { createRuns } from "../../../supabase/functions/execute/runs/routes.ts";
import { Run, runId } from "../../../supabase/functions/execute/runs/schema.ts";
import type { Tool } from "../../../supabase/functions/tools/calls/tool.ts";
import { createTools } from "../../../supabase/functions/tools/routes.ts";
import { ADDRESS_HEADER, type Person, person, testStack } from "../../stack.ts";

const Call = z.object({
  id: z.uuid(),
  seq: z.int(),
  tool: z.string(),
  target: z.string(),
  verdict: z.string(),
  reason: z.string().nullable(),
  outcome: z.string().nullable(),
  bytes_in: z.number().nullable(),
  bytes_out: z.number().nullable(),
  ms: z.number().nullable(),
  deadline_at: z.string().nullable(),
});
/** A row of the access ledger. */
export type Call = z.infer<typeof Call>;

/** What an agent is made of and asked: the policy as its author writes it. */
export interface Wish {
  policy: z.input<typeof Policy>;
  source: string;
  input?: unknown;
  record?: boolean;
}

/** A run that has ended, with its part of the ledger. */
export interface Outcome {
  run: Run;
  calls: Call[];
}

/** Agents of one new person, on one engine, with the real broker over the given tools. */
export interface ToolRig {
  engine: string;
  owner: Person;
  /** Creates an agent and gives its name. */
  agent(wish: Wish): Promise<string>;
  /** Runs an agent to its end. */
  execute(name: string, body?: { input?: unknown; record?: boolean }): Promise<Outcome>;
  /** Both at once. */
  run(wish: Wish): Promise<Outcome>;
  /** Asks the execute function of this rig as the owner. */
  ask(method: string, path: string, body?: unknown, headers?: HeadersInit): Promise<Response>;
  /** Starts a run and does not wait for its end. */
  start(name: string): Promise<Run>;
  /** The run once it, or its ledger, is as wanted. */
  until(run: Run, wanted: (now: Outcome) => boolean): Promise<Outcome>;
  /** Asks the tools function of this rig, with whatever credential. */
  askTools(body: unknown, credential?: string): Promise<Response>;
}

/** What an engine of a rig is made with, and which. */
export interface RigOptions {
  /** The longest that a run may last, in milliseconds; as long as the engine lets it else. */
  wallMs?: number;
  /** Set where an engine has a part in the promise, so that one of them cannot stand for the other. */
  everyEngine?: boolean;
}

/** Set to try every promise on each engine, which takes twice as long. */
const EVERY_ENGINE = Deno.env.get("CLOISTER_EVERY_ENGINE") !== undefined;

/**
 * Registers a promise about tools. What a tool does is the broker's doing, behind one border that
 * every engine's conformance is tested at: a promise is tried on one engine, half of them on each,
 * unless asked for more.
 */
export function onEveryEngine(
  promised: string,
  tools: readonly Tool[] | (() => readonly Tool[]),
  test: (rig: ToolRig) => Promise<void>,
  { wallMs, everyEngine = EVERY_ENGINE }: RigOptions = {},
): void {
  const list = () => typeof tools === "function" ? tools() : tools;
  // The processes that the tests of a file share are read from during all of them, and an older
  // Deno counts answers that nobody read as leaks.
  const sanitizers = { sanitizeOps: false, sanitizeResources: false };
  const quick = !isSupported() || promised.length % 2 === 0;
  if (everyEngine || quick) {
    Deno.test(
      `quickjs: ${promised}`,
      sanitizers,
      () => withRig(capped(quickJs, wallMs), list(), test),
    );
  }
  if (everyEngine || !quick) {
    Deno.test({
      name: `process: ${promised}`,
      ignore: !isSupported(),
      ...sanitizers,
      fn: async () => await withRig(capped(await processes(), wallMs), list(), test),
    });
  }
}

/** An engine whose runs last no longer than that. */
function capped(engine: Engine, wallMs: number = engine.ceiling.wallMs): Engine {
  return {
    name: engine.name,
    defaults: engine.defaults,
    ceiling: { ...engine.ceiling, wallMs },
    admit: (claim, signal) => engine.admit(claim, signal),
    run: (job, signal) => engine.run(job, signal),
  };
}

let starting: Promise<ProcessEngine> | undefined;

/** One engine for all tests of a file: its processes end with the file. */
function processes(): Promise<ProcessEngine> {
  if (starting === undefined) {
    const engine = starting = startProcessEngine({ places: 2, warm: 1, log() {} });
    addEventListener("unload", () => void engine.then((each) => each[Symbol.asyncDispose]()));
  }
  return starting;
}

/** Serves the tools on a port of their own, beside an execute function that calls them there. */
async function withRig(
  engine: Engine,
  tools: readonly Tool[],
  test: (rig: ToolRig) => Promise<void>,
): Promise<void> {
  const stack = testStack();
  const env = { ...stack.env };
  const platform = createPlatform("tools", readEnv(env));
  const app = createApp("tools", platform, createTools(tools));
  await using server = Deno.serve({ port: 0, hostname: "127.0.0.1", onListen() {} }, app.fetch);
  env.CLOISTER_TOOLS_URL = `http://127.0.0.1:${server.addr.port}/tools`;
  const host = createHost(() => Promise.resolve({ engine }));
  const execute = createApp(
    "execute",
    createPlatform("execute", readEnv(env)),
    createRuns(host),
  );
  const owner = await person("tools");
  const ask: ToolRig["ask"] = async (method, path, body, headers = {}) =>
    await execute.request(path, {
      method,
      headers: {
        ...headers,
        authorization: `Bearer ${owner.token}`,
        [ADDRESS_HEADER]: owner.address,
        ...(body !== undefined && { "content-type": "application/json" }),
      },
      ...(body !== undefined && { body: JSON.stringify(body) }),
    });
  const agent: ToolRig["agent"] = async ({ policy, source }) => {
    const name = `a-${crypto.randomUUID().slice(0, 8)}`;
    const reply = await owner.call("POST", "/agents", { body: { name, source, policy } });
    assert.equal(reply.status, 201, await reply.text());
    return name;
  };
  const executeAgent: ToolRig["execute"] = async (name, body = {}) => {
    const reply = await ask("POST", `/execute/agents/${name}`, body);
    const text = await reply.text();
    assert.equal(reply.status, 200, text);
    const run = Run.parse(JSON.parse(text));
    return { run, calls: await callsOf(owner, run) };
  };
  const start: ToolRig["start"] = async (name) => {
    const prefer = { prefer: "wait=0" };
    const reply = await ask("POST", `/execute/agents/${name}`, {}, prefer);
    assert.equal(reply.status, 202);
    return Run.parse(await reply.json());
  };
  const until: ToolRig["until"] = async ({ id }, wanted) => {
    for (const late = AbortSignal.timeout(20_000);;) {
      const run = Run.parse(await (await ask("GET", `/execute/runs/${id}`)).json());
      const now = { run, calls: await callsOf(owner, run) };
      if (wanted(now)) return now;
      assert.ok(!late.aborted, JSON.stringify(now));
      await new Promise((resolve) => setTimeout(resolve, 50));
    }
  };
  await test({
    engine: engine.name,
    start,
    until,
    askTools: async (body, credential) =>
      await app.request("/tools/calls", {
        method: "POST",
        headers: {
          [ADDRESS_HEADER]: owner.address,
          "content-type": "application/json",
          ...(credential !== undefined && { authorization: `Bearer ${credential}` }),
        },
        body: JSON.stringify(body),
      }),
    owner,
    ask,
    agent,
    execute: executeAgent,
    run: async (wish) => {
      const { input = null, record = false } = wish;
      return await executeAgent(await agent(wish), { input, ...(record && { record }) });
    },
  });
}

/** A run's ledger as its owner reads it. */
export async function callsOf(owner: Person, run: Pick<Run, "id">): Promise<Call[]> {
  const { data, error } = await owner.supabase.from("tool_calls").select()
    .eq("run_id", runId.param.parse(run.id)).order("seq");
  assert.equal(error, null);
  return Call.array().parse(data);
}

/** The output of a run that succeeded. */
export function outputOf({ run }: Outcome): unknown {
  assert.equal(run.status, "succeeded", JSON.stringify(run.error));
  return run.output;
}
