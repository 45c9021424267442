import assert from "@std/assert";
import type { Sql, TransactionSql } from "postgres";
import { callAs, openRing, type Outcome, tally, times } from "./caller.ts";
import { type Identity, useScratch } from "./database.ts";

const CONNECTIONS = 25;
const HASH = "a".repeat(64);
const scratch = useScratch();
const SERVICE: Identity = { role: "service_role" };

/** What a race needs: connections that are open, somebody with an agent, and calls that commit. */
interface Ring {
  sql: Sql;
  user: string;
  as(user: string, query: (tx: TransactionSql) => Promise<unknown>): Promise<Outcome>;
  serve(query: (tx: TransactionSql) => Promise<unknown>): Promise<Outcome>;
  /** A new run of the agent: its id. */
  start(): Promise<string>;
}

/** What one call reserves, of how much there is. */
interface Amount {
  scope: "run" | "agent" | "user";
  what: string;
  amount: number;
  most: number;
}

async function ring(work: (ring: Ring) => Promise<void>): Promise<void> {
  const sql = await openRing((max) => scratch().connect(max), CONNECTIONS);
  const user = crypto.randomUUID();
  await sql`insert into auth.users (id) values (${user})`;
  await sql`update app.settings set max_concurrent_runs = 10000`;
  const as: Ring["as"] = (sub, query) => callAs(sql, { role: "authenticated", sub }, query);
  const serve: Ring["serve"] = (query) => callAs(sql, SERVICE, query);
  const made = await as(
    user,
    (tx) => tx`select public.create_agent('weather', '', 'x', 'javascript')`,
  );
  assert.equal(made, "done");
  const start = async () => {
    const id = runId();
    const outcome = await serve((tx) =>
      tx`select public.start_run(${id}, ${user}, 'weather', null, '1', 'quickjs', '{}', '{}', 60000,
        'request')`
    );
    assert.equal(outcome, "done");
    return id;
  };
  await work({ sql, user, as, serve, start });
  await sql.end();
}

/** A UUIDv7 of now. */
function runId(): string {
  const time = Date.now().toString(16).padStart(12, "0");
  return `${time.slice(0, 8)}-${time.slice(8)}-7${crypto.randomUUID().slice(15)}`;
}

/** Begins a call: its verdict, or the code of the refusal. */
async function begin(
  { serve }: Ring,
  run: string,
  { call = crypto.randomUUID(), amounts = [], seconds }: {
    call?: string;
    amounts?: readonly Amount[];
    seconds?: number;
  },
): Promise<string> {
  let said = "";
  const outcome = await serve(async (tx) => {
    const [row] = await tx<{ verdict: string }[]>`
      select public.begin_tool_call(${run}, ${call}, 'fetch', 'x', 'null', ${HASH},
        ${JSON.stringify(amounts)}, null, ${seconds ?? null}::int) ->> 'verdict' as verdict`;
    said = row?.verdict ?? "";
  });
  return outcome === "done" ? said : outcome;
}

function end(
  { serve }: Ring,
  run: string,
  call: string,
  spent: readonly unknown[] = [],
): Promise<Outcome> {
  return serve((tx) =>
    tx`select public.end_tool_call(${run}, ${call}, 'ok', 1, 1, 1, ${JSON.stringify(spent)})`
  );
}

function settle({ serve }: Ring, run: string): Promise<Outcome> {
  const ending = JSON.stringify({ status: "succeeded", output: "1", error: null, usage: "{}" });
  return serve((tx) => tx`select public.settle_run(${run}, ${ending})`);
}

async function spent({ sql }: Ring, subject: string, what: string): Promise<number> {
  const [row] = await sql<{ spent: number }[]>`
    select coalesce(sum(spent), 0)::int as spent from app.tool_budgets
    where subject = ${subject} and what = ${what}`;
  return row?.spent ?? 0;
}

Deno.test("however many calls of a run begin at once, its budget holds exactly", () =>
  ring(async (it) => {
    const run = await it.start();
    const amounts = [{ scope: "run", what: "calls", amount: 3, most: 100 }] as const;
    const said = await times(50, () => begin(it, run, { amounts }));
    assert.deepEqual(tally(said), { allowed: 33, denied: 17 });
    assert.equal(await spent(it, run, "calls"), 99);
    const [rows] = await it.sql<{ seqs: number[] }[]>`
      select array_agg(seq order by seq) as seqs from public.tool_calls where run_id = ${run}`;
    assert.deepEqual(rows?.seqs, Array.from({ length: 50 }, (_, n) => n + 1));
  }));

Deno.test("however many runs call at once, a user's budgets hold exactly, and nobody waits for ever", () =>
  ring(async (it) => {
    const runs = await times(50, () => it.start());
    const amounts: Amount[] = [
      { scope: "user", what: "cents", amount: 2, most: 41 },
      { scope: "user", what: "mails", amount: 1, most: 1_000 },
      { scope: "agent", what: "cents", amount: 1, most: 1_000 },
    ];
    const orders = [amounts, amounts.toReversed()];
    const said = await times(
      50,
      (n) => begin(it, runs[n] ?? "", { amounts: orders[n % 2] ?? [] }),
    );
    assert.deepEqual(tally(said), { allowed: 20, denied: 30 });
    assert.equal(await spent(it, it.user, "cents"), 40);
    assert.equal(await spent(it, it.user, "mails"), 20, "who was denied took nothing");
  }));

Deno.test("what calls give back while others begin is neither lost nor given twice", () =>
  ring(async (it) => {
    const runs = await times(10, () => it.start());
    const amount = (amount: number) => ({ scope: "user", what: "cents", amount, most: 10_000 });
    await times(50, async (n) => {
      const call = crypto.randomUUID();
      const amounts: Amount[] = [{ scope: "user", what: "cents", amount: 100, most: 10_000 }];
      const run = runs[n % 10] ?? "";
      assert.equal(await begin(it, run, { call, amounts }), "allowed");
      const ends = await times(2, () => end(it, run, call, [amount(7)]));
      assert.deepEqual(ends, ["done", "done"]);
    });
    assert.equal(await spent(it, it.user, "cents"), 350);
  }));

Deno.test("no call begins once its run has ended, and none stays open", () =>
  ring(async (it) => {
    const verdicts = await times(10, async () => {
      const run = await it.start();
      const said = await times(6, (n) =>
        n === 3 ? settle(it, run) : begin(it, run, n % 2 === 0 ? {} : { seconds: 60 }));
      const [open] = await it.sql<{ count: number }[]>`
        select count(*)::int as count from public.tool_calls
        where run_id = ${run} and (ended_at is null or begun_at > (
          select ended_at from public.runs where id = ${run}))`;
      assert.equal(open?.count, 0);
      return said;
    });
    const known = ["allowed", "done", "run_ended", "waiting"];
    assert.deepEqual(
      verdicts.flat().filter((verdict) =>
        !known.includes(verdict)
      ),
      [],
    );
  }));

Deno.test("a call that everybody begins at once begins once", () =>
  ring(async (it) => {
    const run = await it.start();
    const call = crypto.randomUUID();
    const amounts = [{ scope: "run", what: "calls", amount: 1, most: 100 }] as const;
    const said = await times(24, () => begin(it, run, { call, amounts }));
    assert.deepEqual(tally(said), { allowed: 1, invalid_request: 23 });
    assert.equal(await spent(it, run, "calls"), 1);
  }));

Deno.test("yes and no at once: one of them counts, and the call begins once or not at all", () =>
  ring(async (it) => {
    const run = await it.start();
    const rounds = await times(12, async () => {
      const call = crypto.randomUUID();
      assert.equal(await begin(it, run, { call, seconds: 60 }), "waiting");
      const decide = (yes: boolean) =>
        it.as(it.user, (tx) => tx`select public.decide_tool_call(${call}, ${yes})`);
      const decisions = await times(4, (n) => decide(n % 2 === 0));
      assert.deepEqual(tally(decisions), { done: 1, approval_over: 3 });
      return tally(await times(4, () => begin(it, run, { call, seconds: 60 })));
    });
    for (const round of rounds) {
      assert.ok(
        round.refused === 4 || (round.approved === 1 && round.invalid_request === 3),
        JSON.stringify(round),
      );
    }
  }));

Deno.test("versions that are written, approved and run at once: what is not approved never runs", () =>
  ring(async (it) => {
    const policy = JSON.stringify({ search: { max_calls: 1 } });
    const rounds = await times(10, async (n) => {
      const name = `agent-${n}`;
      await it.as(it.user, (tx) => tx`select public.create_agent(${name}, '', 'x', 'javascript')`);
      await it.as(
        it.user,
        (tx) => tx`select public.create_version(${name}, 'y', 'javascript', policy => ${policy})`,
      );
      const approve = () => it.as(it.user, (tx) => tx`select public.approve_version(${name}, 2)`);
      const start = () =>
        it.serve((tx) =>
          tx`select public.start_run(${runId()}, ${it.user}, ${name}, 2, '1', 'quickjs', '{}', '{}',
            1000, 'request')`
        );
      const [, first, second] = await Promise.all([approve(), start(), start()]);
      return [first, second, await start()];
    });
    for (const [first, second, last] of rounds) {
      assert.match(`${first} ${second}`, /^(done|version_unapproved) (done|version_unapproved)$/);
      assert.equal(last, "done");
    }
    const early = await it.sql`
      select from public.runs as r join public.agent_versions as v on v.id = r.version_id
      where v.approved_at > r.started_at and r.owner_id = ${it.user}`;
    assert.equal(early.length, 0);
  }));
