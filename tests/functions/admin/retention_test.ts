import assert from "@std/assert";
import { type Answer, expect, newcomer, operator, promise } from "./rig.ts";

const RULE = { min_days: 1, max_days: 1, keep_days: 1, kind: "idempotency_keys" };

function ruleOf(answer: Answer, kind: string) {
  return answer.body.data.find((rule: { kind: string }) => rule.kind === kind);
}

promise(
  "an administrator sees for how long what is kept, and 90 days for the audit log",
  async () => {
    await using sql = operator();
    const { ask } = await newcomer(sql, "admin");
    const list = await expect(ask("GET", "/admin/retention"), 200);
    const { keep_days, min_days } = ruleOf(list, "audit");
    assert.deepEqual([keep_days, min_days], [90, 30]);
    assert.ok(list.body.data.length >= 10);
  },
);

promise(
  "a retention of zero, a negative one, one too short and one too long change nothing",
  async () => {
    await using sql = operator();
    const { ask } = await newcomer(sql, "admin");
    const kept = async () => {
      const { body } = await ask("GET", "/admin/retention");
      return body.data.map((rule: typeof RULE) => [rule.kind, rule.keep_days]);
    };
    const before = await kept();
    for (const keep_days of [0, -1, 29, 36_501, 1.5, "90", undefined]) {
      await expect(ask("PUT", "/admin/retention/audit", { keep_days }), 400, "invalid_request");
    }
    await expect(
      ask("PUT", "/admin/retention/idempotency_keys", { keep_days: 2 }),
      400,
      "invalid_request",
    );
    await expect(ask("PUT", "/admin/retention/nothing", { keep_days: 90 }), 404, "not_found");
    await expect(ask("PUT", "/admin/retention/AUDIT", { keep_days: 90 }), 400, "invalid_request");
    assert.deepEqual(await kept(), before);
  },
);

promise("what is set is answered, with who set it", async () => {
  await using sql = operator();
  const { id, ask } = await newcomer(sql, "admin");
  const set = await expect(ask("PUT", "/admin/retention/idempotency_keys", { keep_days: 1 }), 200);
  const { updated_at, ...rest } = set.body;
  assert.deepEqual(rest, { ...RULE, updated_by: id });
  assert.ok(Date.parse(updated_at) > Date.now() - 60_000);
});

promise("a round is dry unless it is said not to be, and answers counts", async () => {
  await using sql = operator();
  const { ask } = await newcomer(sql, "admin");
  const round = await expect(ask("POST", "/admin/retention/run", { kind: "alerts" }), 200);
  assert.equal(round.body.dry_run, true);
  assert.deepEqual(Object.keys(round.body).sort(), ["counts", "dry_run", "more", "partitions"]);
  for (const body of [{ kind: "nothing" }, { dry_run: "no" }, { max_rows: 1 }]) {
    await expect(ask("POST", "/admin/retention/run", body), 400, "invalid_request");
  }
});

promise("nobody but an administrator sees, sets or applies retention", async () => {
  await using sql = operator();
  const { ask } = await newcomer(sql, "streamer");
  await expect(ask("GET", "/admin/retention"), 403, "forbidden");
  await expect(ask("PUT", "/admin/retention/audit", { keep_days: 90 }), 403, "forbidden");
  await expect(ask("POST", "/admin/retention/run", {}), 403, "forbidden");
});
