import assert from "@std/assert";
import type { Given } from "../../supabase/functions/_shared/run/pull_wire.ts";
import { DONE, OFFER, type PullStack, pullStack } from "./pulling.ts";

let stack: PullStack;
Deno.test.beforeAll(async () => {
  stack = await pullStack();
  await stack.agent("plain", "export default () => 1;");
});
Deno.test.afterAll(async () => await stack[Symbol.asyncDispose]());

/** The stack and its functions are there before a test and after it. */
function promise(name: string, keep: () => Promise<void>): void {
  Deno.test({ name, fn: keep, sanitizeOps: false, sanitizeResources: false });
}

/** Everything that is said of a run that was given, with a token. */
function sayings(token: string): [path: string, body: unknown][] {
  return [
    ["begin", { token, engine: "stub", layers: [] }],
    ["events", { token, events: [] }],
    ["settle", { token, ending: DONE, events: [] }],
    ["release", { token, reason: "runner_full" }],
  ];
}

/** Settles a run that the test's own runner has begun. */
async function settle(key: string, { run, token }: Given): Promise<void> {
  const said = await stack.say(key, `/${run}/settle`, { token, ending: DONE, events: [] });
  assert.equal(said.status, 200, JSON.stringify(said.body));
}

promise(
  "a runner begins, reports on, settles and releases no run that it was not given",
  async () => {
    const [{ key }, { key: other }] = [await stack.enlist(), await stack.enlist()];
    await seenAs(key);
    const [, theirs] = [await stack.queue("plain", "secret"), await stack.queue("plain", "secret")];
    const [mine, given] = [await stack.take(key), await stack.take(other)];
    assert.equal(given.run, theirs);
    assert.ok(
      !JSON.stringify(mine).includes("secret"),
      "a claim alone tells nothing of what is in it",
    );
    const forged = `${given.token.slice(0, -1)}${given.token.endsWith("A") ? "B" : "A"}`;
    for (
      const [as, run, token] of [
        [key, given.run, given.token],
        [key, given.run, mine.token],
        [key, mine.run, given.token],
        [other, given.run, forged],
        [other, given.run, "cl_x.x"],
        [other, `run_${"0".repeat(32)}`, given.token],
      ] as const
    ) {
      for (const [path, body] of sayings(token)) {
        const heard = await stack.say(as, `/${run}/${path}`, body);
        assert.deepEqual([path, heard.status, heard.code], [path, 404, "not_found"]);
      }
    }
    for (const [as, it] of [[key, mine], [other, given]] as const) {
      assert.equal((await stack.begin(as, it)).status, "running");
      await settle(as, it);
    }
  },
);

promise(
  "a runner that was missed has lost its run: it reports and settles nothing, and calls no tool",
  async () => {
    const [{ key }, { key: other }] = [await stack.enlist(), await stack.enlist()];
    await seenAs(key);
    const id = await stack.queue("plain");
    const stale = await stack.take(key);
    const begun = await stack.begin(key, stale);
    const pass = begun.status === "running" ? begun.pass : "none";
    await stack.miss();
    const fresh = await stack.take(other);
    assert.deepEqual([fresh.run, fresh.attempt], [id, 2]);
    await stack.begin(other, fresh);
    for (const [path, body] of sayings(stale.token)) {
      assert.equal((await stack.say(key, `/${id}/${path}`, body)).status, 404, path);
    }
    const tool = await fetch(`${stack.url}/functions/v1/tools/calls`, {
      method: "POST",
      headers: { authorization: `Bearer ${pass}`, "content-type": "application/json" },
      body: JSON.stringify({ call: crypto.randomUUID(), tool: "files.list", args: {} }),
    });
    assert.match(await tool.text(), /run_ended/);
    assert.equal((await stack.until(id, () => true)).status, "running");
    await settle(other, fresh);
    assert.equal(
      (await stack.say(other, `/${id}/settle`, sayings(fresh.token)[2]?.[1])).status,
      404,
    );
    assert.deepEqual(await stack.events(id), [
      "run.queued",
      "run.started",
      "run.queued",
      "run.started",
      "run.succeeded",
    ]);
  },
);

promise(
  "a runner that is revoked is refused at once, and what it was given is others' at once",
  async () => {
    const [runner, other] = [await stack.enlist(), await stack.enlist()];
    const { key } = runner;
    await seenAs(other.key);
    const [running, waiting] = [await stack.queue("plain"), await stack.queue("plain")];
    const first = await stack.take(key);
    await stack.begin(key, first);
    const second = await stack.take(key);
    assert.deepEqual([first.run, second.run], [running, waiting]);
    await stack.revoke(runner);
    assert.deepEqual(await stack.say(key, "", OFFER).then(({ code }) => code), "key_revoked");
    for (const [path, body] of [...sayings(first.token)]) {
      const { status, code } = await stack.say(key, `/${first.run}/${path}`, body);
      assert.deepEqual([path, status, code], [path, 401, "key_revoked"]);
    }
    const again = await stack.take(other.key);
    assert.deepEqual([again.run, again.attempt], [waiting, 1]);
    const run = await stack.until(running, () => true);
    assert.deepEqual([run.status, run.attempt], ["queued", 2]);
    await stack.miss();
    for (const given of [again, await stack.take(other.key)]) {
      await stack.begin(other.key, given);
      await settle(other.key, given);
    }
  },
);

promise("nobody but a runner speaks for runners, and a runner speaks for nobody else", async () => {
  const { key } = await stack.enlist();
  const unknown = (await stack.enlist()).key;
  await stack.sql`delete from public.runners where public_id = ${unknown.split("_")[2] ?? ""}`;
  const mistyped = `${key.slice(0, -1)}${key.endsWith("A") ? "B" : "A"}`;
  for (
    const [text, code] of [
      ["", "key_invalid"],
      [stack.owner.token, "key_invalid"],
      [stack.chief.token, "key_invalid"],
      [mistyped, "key_invalid"],
      [unknown, "key_invalid"],
      [key.replace("cr_", "ck_"), "key_invalid"],
      [
        key.replace(/_(live|test)_/, (_, env) => env === "live" ? "_test_" : "_live_"),
        "key_invalid",
      ],
    ] as const
  ) {
    const heard = await stack.say(text, "", OFFER);
    assert.deepEqual([heard.status, heard.code], [401, code]);
  }
  for (const path of ["/agents", "/admin/runners", "/execute/runs/x", "/admin/keys"]) {
    const headers = { authorization: `Bearer ${key}` };
    const { status, body } = await fetch(`${stack.url}/functions/v1${path}`, { headers });
    await body?.cancel();
    assert.equal(status, 401, path);
  }
});

promise(
  "a runner writes no beginning and no ending into a run's events, and sets no limits",
  async () => {
    const { key } = await stack.enlist();
    await seenAs(key);
    await stack.agent("bounded", "export default () => 1;", { limits: { wall_ms: 1_234 } });
    const id = await stack.queue("bounded");
    const given = await stack.take(key);
    assert.equal(given.limits.wall_ms, 1_234);
    const more = { token: given.token, engine: "stub", layers: [], limits: OFFER.ceiling };
    assert.equal((await stack.say(key, `/${id}/begin`, more)).code, "invalid_request");
    await stack.begin(key, given);
    const at = new Date().toISOString();
    for (
      const event of [
        { seq: 3, type: "run.succeeded", at, data: "{}" },
        { seq: 3, type: "run.queued", at, data: "{}" },
        { seq: 1, type: "log", at, data: "{}" },
        { seq: 3, type: "LOG", at, data: "{}" },
      ]
    ) {
      const { code } = await stack.say(key, `/${id}/events`, {
        token: given.token,
        events: [event],
      });
      assert.equal(code, "invalid_request", event.type);
    }
    const { code } = await stack.say(key, `/${id}/settle`, {
      token: given.token,
      ending: { ...DONE, status: "queued" },
      events: [],
    });
    assert.equal(code, "invalid_request");
    await settle(key, given);
    assert.deepEqual(await stack.events(id), ["run.queued", "run.started", "run.succeeded"]);
  },
);

promise(
  "a run that may not begin any more is dropped before its runner is told what is in it",
  async () => {
    const { key } = await stack.enlist();
    await seenAs(key);
    const id = await stack.queue("plain", "secret");
    const given = await stack.take(key);
    await stack.sql`update public.agents set state = 'archived' where name = 'plain'`;
    assert.deepEqual(await stack.begin(key, given), { status: "dropped" });
    assert.equal((await stack.until(id, () => true)).status, "cancelled");
    await stack.sql`update public.agents set state = 'active' where name = 'plain'`;
    const next = await stack.queue("plain");
    const running = await stack.take(key);
    await stack.begin(key, running);
    const heard = () => stack.say(key, `/${next}/events`, { token: running.token, events: [] });
    assert.deepEqual((await heard()).body, { stop: false });
    await (await stack.owner.call("POST", `/execute/runs/${next}/cancel`)).body?.cancel();
    assert.deepEqual((await heard()).body, { stop: true }, "its owner wants it to stop");
    await settle(key, running);
  },
);

promise(
  "a runner that does not wait is told where a look at the queue ended before the queue did",
  async () => {
    const { key } = await stack.enlist();
    await seenAs(key);
    await stack.agent("old", "export default () => 1;");
    await stack.sql`
      select public.enqueue_run(app.uuid7(), ${stack.owner.id}, 'old', null, '1', 'request')
      from generate_series(1, 50)`;
    await stack.sql`update public.agents set state = 'archived' where name = 'old'`;
    const ask = async (wait_s: number) => (await stack.say(key, "", { ...OFFER, wait_s })).body;
    assert.deepEqual(await ask(0), { claim: null, again: true });
    const started = performance.now();
    assert.deepEqual(await ask(2), { claim: null, again: false }, "who waits is not sent away");
    assert.ok(performance.now() - started > 1_900);
    const [left] = await stack.sql`
      select count(*)::int as runs from public.runs where status = 'queued'`;
    assert.equal(left?.runs, 0);
  },
);

/** Has a runner that the test plays ask once: from then on no isolate takes any run. */
async function seenAs(key: string): Promise<void> {
  assert.deepEqual((await stack.say(key, "", OFFER)).body, { claim: null, again: false });
}
