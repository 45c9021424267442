import assert from "@std/assert";
import postgres from "postgres";
import * as z from "zod";
import { createApp } from "../../../supabase/functions/_shared/app.ts";
import { createHost, hostEngine } from "../../../supabase/functions/_shared/engine.ts";
import { readEnv } from "../../../supabase/functions/_shared/env.ts";
import { createPlatform } from "../../../supabase/functions/_shared/platform.ts";
import { EngineUnavailable } from "../../../supabase/functions/_shared/sandbox/engine.ts";
import { createRuns } from "../../../supabase/functions/execute/runs/routes.ts";
import { runId } from "../../../supabase/functions/execute/runs/schema.ts";
import tools from "../../../supabase/functions/tools/index.ts";
import { ADDRESS_HEADER, newAddress, type Person, person, testStack } from "../../stack.ts";
import { as, becomeQuiet, create } from "./rig.ts";

const ASYNC = { prefer: "respond-async" };
const QUICKJS = { choice: "quickjs", runner: undefined } as const;
const env = readEnv();
const Keys = z.object({ cron: z.string() });
const { cron } = Keys.parse(JSON.parse(testStack().env.SUPABASE_SECRET_KEYS ?? "{}"));

/** An isolate of its own, which works off one person's runs: those of other tests are theirs. */
function isolate(owner: Person, engine = hostEngine(QUICKJS, () => {})) {
  const platform = createPlatform("execute", env);
  const app = createApp("execute", platform, createRuns(engine, { onlyOwner: owner.id }));
  const ask = (method: string, path: string, headers: Record<string, string> = {}) =>
    app.request(`/execute${path}`, {
      method,
      headers: {
        authorization: `Bearer ${owner.token}`,
        [ADDRESS_HEADER]: newAddress(),
        "content-type": "application/json",
        ...headers,
      },
      ...(method === "POST" && { body: "{}" }),
    });
  return { platform, ask };
}

/** Reads and changes what only an operator can. */
async function asOperator<T>(work: (sql: postgres.Sql) => Promise<T>): Promise<T> {
  const sql = postgres(testStack().adminUrl, { max: 1, onnotice: () => {} });
  try {
    return await work(sql);
  } finally {
    await sql.end();
  }
}

/** What became of somebody's runs, once all of them have ended. */
async function ended(owner: Person) {
  return await asOperator(async (sql) => {
    for (;;) {
      const rows = await sql<{ id: string; status: string; attempt: number; types: string[] }[]>`
        select r.id, r.status, r.attempt, array(select e.type from public.run_events as e
          where e.run_id = r.id order by e.seq) as types
        from public.runs as r where r.owner_id = ${owner.id} order by r.id
      `;
      if (rows.every(({ status }) => status !== "queued" && status !== "running")) return rows;
      await new Promise((resolve) => setTimeout(resolve, 20));
    }
  });
}

Deno.test("each queued run is executed once, however many isolates work", async () => {
  const ann = await person("ann");
  await create(as(ann), "quick", "export default () => 1;");
  const isolates = Array.from({ length: 4 }, () => isolate(ann));
  const accepted = await Promise.all(Array.from({ length: 24 }, async (_, index) => {
    const reply = await isolates[index % 4]?.ask("POST", "/agents/quick", ASYNC);
    return await reply?.json();
  }));
  assert.ok(accepted.every(({ status, engine }) => status === "queued" && engine === null));
  const rows = await ended(ann);
  assert.deepEqual(
    new Set(rows.map(({ types }) => types.join())),
    new Set(["run.queued,run.started,run.succeeded"]),
  );
  assert.deepEqual(
    rows.map(({ id }) => runId.of(id)).sort(),
    accepted.map(({ id }) => id).sort(),
  );
  await becomeQuiet();
});

Deno.test("a run whose worker died before it began is executed by the next who looks", async () => {
  const ann = await person("ann");
  await create(as(ann), "quick", "export default () => 1;");
  const { ask } = isolate(ann);
  await asOperator(async (sql) => {
    await sql`
      select public.enqueue_run(app.uuid7(), ${ann.id}, 'quick', null, '1', 'request')
    `;
    await sql`select public.claim_queued_run('edge:dead', 1, ${ann.id})`;
    const waits = async () => {
      const [claim] = await sql`
        select exists (select from app.run_claims where owner_id = ${ann.id}
          and until > clock_timestamp()) as some
      `;
      return claim?.some === true;
    };
    while (await waits()) { /* it asks as long as that is so */ }
  });
  const looked = await ask("POST", "/queue/work", { apikey: cron });
  assert.equal(looked.status, 202, await looked.clone().text());
  const [run] = await ended(ann);
  assert.deepEqual([run?.status, run?.attempt], ["succeeded", 2]);
  assert.deepEqual(run?.types, ["run.queued", "run.queued", "run.started", "run.succeeded"]);
  await becomeQuiet();
});

Deno.test("an isolate goes on where a look at the queue ended before the queue did", async () => {
  const ann = await person("ann");
  for (const name of ["old", "quick"]) await create(as(ann), name, "export default () => 1;");
  await asOperator(async (sql) => {
    for (const [name, runs] of [["old", 25], ["quick", 1]] as const) {
      await sql`
        select public.enqueue_run(app.uuid7(), ${ann.id}, ${name}, null, '1', 'request')
        from generate_series(1, ${runs})
      `;
    }
    await sql`update public.agents set state = 'archived' where owner_id = ${ann.id} and name = 'old'`;
  });
  await (await isolate(ann).ask("POST", "/queue/work", { apikey: cron })).body?.cancel();
  const statuses = (await ended(ann)).map(({ status }) => status).sort();
  assert.deepEqual(statuses, [...Array<string>(25).fill("cancelled"), "succeeded"]);
  await becomeQuiet();
});

Deno.test("what is accepted while no engine can be had is executed when one can", async () => {
  const ann = await person("ann");
  await create(as(ann), "quick", "export default () => 1;");
  const broken = createHost(() => Promise.reject(new EngineUnavailable("none")));
  const accepted = await isolate(ann, broken).ask("POST", "/agents/quick", ASYNC);
  assert.equal(accepted.status, 202);
  await becomeQuiet();
  const { id } = await accepted.json();
  await asOperator((sql) =>
    sql`update app.run_queue set available_at = now() where owner_id = ${ann.id}`
  );
  await asOperator((sql) =>
    sql`update app.queue_turns set next_at = now() where owner_id = ${ann.id}`
  );
  const { ask } = isolate(ann);
  await (await ask("POST", "/queue/work", { apikey: cron })).body?.cancel();
  const [run] = await ended(ann);
  assert.deepEqual([runId.of(run?.id ?? ""), run?.status, run?.attempt], [id, "succeeded", 1]);
  await becomeQuiet();
});

Deno.test("POST /execute/runs/:id/cancel ends a queued run at once, and nothing of it runs", async () => {
  const ann = await person("ann");
  await create(as(ann), "quick", "export default () => 1;");
  const id = await asOperator(async (sql) => {
    const [run] = await sql`
      select id from public.enqueue_run(app.uuid7(), ${ann.id}, 'quick', null, '1', 'request')
    `;
    return runId.of(run?.id);
  });
  const { ask } = isolate(ann);
  const cancelled = await (await ask("POST", `/runs/${id}/cancel`)).json();
  assert.deepEqual([cancelled.status, cancelled.error.kind], ["cancelled", "cancelled"]);
  await (await ask("POST", "/queue/work", { apikey: cron })).body?.cancel();
  assert.deepEqual((await ended(ann)).map(({ types }) => types), [["run.queued", "run.cancelled"]]);
  await becomeQuiet();
});

Deno.test("an attempt that is over calls no tool, whatever pass it holds", async () => {
  const ann = await person("ann");
  await create(as(ann), "quick", "export default () => 1;");
  const { callTokens } = isolate(ann).platform;
  const run = await asOperator(async (sql) => {
    const [queued] = await sql`
      select id from public.enqueue_run(app.uuid7(), ${ann.id}, 'quick', null, '1', 'request')
    `;
    const [claim] = await sql`
      select given ->> 'claim' as claim
      from public.claim_queued_run('edge:test', 30, ${ann.id}) as given
    `;
    await sql`
      select public.begin_queued_run(${queued?.id}, ${claim?.claim}, 'quickjs', '{}', '{}', 60000)
    `;
    return z.string().parse(queued?.id);
  });
  const called = async (attempt: number) => {
    const pass = await callTokens.issue({ run, attempt }, Date.now() + 60_000);
    const reply = await tools.request("/tools/calls", {
      method: "POST",
      headers: { authorization: `Bearer ${pass}`, "content-type": "application/json" },
      body: JSON.stringify({ call: crypto.randomUUID(), tool: "none", args: {} }),
    });
    return (await reply.json()).code;
  };
  assert.deepEqual([await called(1), await called(2)], ["unknown_tool", "run_ended"]);
  await asOperator((sql) => sql`select public.settle_run(${run}, '{"status":"lost"}', '[]', 1)`);
  assert.deepEqual([await called(1), await called(2)], ["run_ended", "run_ended"]);
  await as(ann)("POST", `/execute/runs/${runId.of(run)}/cancel`);
  await becomeQuiet();
});

Deno.test("a traceparent of a later version than ours is queued as one of ours", async () => {
  const owner = await person("later");
  await create(as(owner), "later", "export default () => 1;");
  const { ask } = isolate(owner);
  const place = "0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01";
  for (const traceparent of [`01-${place}-extra`, `cc-${place}`]) {
    const response = await ask("POST", "/agents/later", { ...ASYNC, traceparent });
    assert.equal(response.status, 202, await response.text());
  }
  await ended(owner);
  const told = await asOperator((sql) =>
    sql`select distinct traceparent from public.runs where owner_id = ${owner.id}`
  );
  assert.deepEqual([...told], [{ traceparent: `00-${place}` }]);
  await becomeQuiet();
});
