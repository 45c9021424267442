import * as z from "zod";
import postgres from "postgres";
import { startStack } from "../../dev/stack.ts";
import { Begun, Given } from "../../supabase/functions/_shared/run/pull_wire.ts";
import { DEFAULT_LIMITS } from "../../supabase/functions/_shared/sandbox/engine.ts";
import { toWire } from "../../supabase/functions/_shared/sandbox/remote/wire.ts";
import { runId } from "../../supabase/functions/_shared/run/schema.ts";
import { ADDRESS_HEADER, newAddress, type Person, person } from "../stack.ts";

const Run = z.object({
  id: z.string(),
  status: z.string(),
  output: z.unknown(),
  attempt: z.number(),
  engine: z.string().nullable(),
});
export type Run = z.infer<typeof Run>;
const Listed = z.object({ id: z.string(), key: z.string() });

/** A runner's identity. */
export type Identity = z.infer<typeof Listed>;

/** What came back to a runner: the status, the code of a problem, the body. */
export interface Heard {
  status: number;
  code: string | undefined;
  body: unknown;
}

/** A stack whose queue nobody else works off, an administrator, and somebody with agents. */
export interface PullStack extends AsyncDisposable {
  url: string;
  sql: postgres.Sql;
  chief: Person;
  owner: Person;
  /** What the functions have logged so far. */
  logged: readonly string[];
  enlist(name?: string): Promise<Identity>;
  revoke(runner: Identity): Promise<void>;
  /** Makes an agent of the owner's. */
  agent(name: string, source: string, policy?: unknown): Promise<void>;
  /** Queues a run of an agent of the owner's, and gives its id. */
  queue(agent: string, input?: unknown): Promise<string>;
  /** The run once it is as wanted. */
  until(id: string, wanted: (run: Run) => boolean): Promise<Run>;
  /** The types of a run's events, in order. */
  events(id: string): Promise<string[]>;
  /** Speaks to the queue as a runner, or with whatever key. */
  say(key: string, path: string, body: unknown): Promise<Heard>;
  /** Takes the next run as a runner that the test plays. */
  take(key: string): Promise<Given>;
  /** Begins a run that was taken. */
  begin(key: string, given: Given): Promise<Begun>;
  /** Lets so much time pass that a silent run is missed, and one that waits is due. */
  miss(): Promise<void>;
}

const uuidOf = (id: string) => runId.param.parse(id);

const LEVELS = ["debug", "info", "log", "warn", "error"] as const;

/** What an engine of a test's runner can do. */
export const OFFER = {
  wait_s: 0,
  defaults: toWire(DEFAULT_LIMITS),
  ceiling: toWire(DEFAULT_LIMITS),
};

/** Starts it, with functions in this process and no clock: nothing happens that no test asked for. */
export async function pullStack(): Promise<PullStack> {
  const logged: string[] = [];
  for (const level of LEVELS) console[level] = (line: unknown) => void logged.push(String(line));
  const env = { CLOISTER_ENGINE: "quickjs", CLOISTER_CLIENT_ADDRESS_HEADER: ADDRESS_HEADER };
  const stack = await startStack({ temporary: true, port: 0, clock: false, env, log: () => {} });
  const shared = { ...stack, signingKey: { ...stack.signingKey } };
  const sql = postgres(stack.adminUrl, { max: 2, onnotice: () => {} });
  const [chief, owner] = [await person("chief", shared), await person("owner", shared)];
  await sql`insert into app.user_roles (user_id, role) values (${chief.id}, 'admin')`;
  const ask = async (response: Promise<Response>, status: number): Promise<unknown> => {
    const answer = await response;
    const text = await answer.text();
    if (answer.status !== status) throw new Error(`${answer.status} ${answer.url}: ${text}`);
    return text === "" ? undefined : JSON.parse(text);
  };
  const say: PullStack["say"] = async (key, path, body) => {
    const response = await fetch(`${stack.url}/functions/v1/execute/queue/claims${path}`, {
      method: "POST",
      headers: {
        authorization: `Bearer ${key}`,
        "content-type": "application/json",
        [ADDRESS_HEADER]: newAddress(),
      },
      body: JSON.stringify(body),
    });
    const text = await response.text();
    const read = text === "" ? undefined : JSON.parse(text);
    return { status: response.status, code: read?.code, body: read };
  };
  return {
    url: stack.url,
    sql,
    chief,
    owner,
    logged,
    say,
    enlist: async (name = "test") =>
      Listed.parse(await ask(chief.call("POST", "/admin/runners", { body: { name } }), 201)),
    async revoke({ id }) {
      await ask(chief.call("DELETE", `/admin/runners/${id}`), 200);
    },
    async agent(name, source, policy) {
      const body = { name, source, language: "javascript", ...(policy ? { policy } : {}) };
      await ask(owner.call("POST", "/agents", { body }), 201);
    },
    async queue(agent, input = null) {
      const headers = { prefer: "respond-async" };
      const path = `/execute/agents/${agent}`;
      const run = await ask(owner.call("POST", path, { body: { input }, headers }), 202);
      return Run.parse(run).id;
    },
    async until(id, wanted) {
      for (;;) {
        const [run] = Run.array().parse(
          await sql`
          select ${id} as id, status, output, attempt, engine from public.runs
          where id = ${uuidOf(id)}`,
        );
        if (run !== undefined && wanted(run)) return run;
        await new Promise((resolve) => setTimeout(resolve, 20));
      }
    },
    async events(id) {
      const rows = await sql`
        select type from public.run_events where run_id = ${uuidOf(id)} order by seq`;
      return rows.map(({ type }) => type);
    },
    async take(key) {
      const { body } = await say(key, "", OFFER);
      return z.object({ claim: Given }).parse(body).claim;
    },
    async begin(key, { run, token }) {
      const { body } = await say(key, `/${run}/begin`, { token, engine: "stub", layers: [] });
      return Begun.parse(body);
    },
    async miss() {
      await sql`update public.runs set heartbeat_at = '-infinity' where status = 'running'`;
      await sql`select public.reap_runs()`;
      await sql`update app.run_claims set until = '-infinity' where begun_at is null`;
      await sql`update app.run_queue set available_at = now()`;
      await sql`update app.queue_turns set next_at = now()`;
    },
    async [Symbol.asyncDispose]() {
      await sql.end();
      await stack.stop();
    },
  };
}

const USAGE = {
  wall_ms: 1,
  cpu_ms: 1,
  memory_bytes: 1,
  output_bytes: 1,
  log_bytes: 0,
  events: 0,
  tool_calls: 0,
};

/** An ending as a runner tells it. */
export const DONE = { status: "succeeded", output: "1", usage: USAGE };
