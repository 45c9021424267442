import assert from "@std/assert";
import { hasEnded, type Run } from "../../../supabase/functions/execute/runs/schema.ts";
import { operator, promise } from "../matrix/cast.ts";
import { github, type HookRig, hookRig, send, standard } from "./hook_rig.ts";

const BODY = JSON.stringify({ event: "made", n: 1 });
const PUSH = JSON.stringify({ ref: "refs/heads/main", commits: [{ id: "abc" }] });
const NOBODY = `/functions/v1/execute/hooks/hook_${"0".repeat(32)}`;
const MINUTE = 60_000;

/** The run once it has ended. */
async function ended(rig: HookRig, id: string | null | undefined): Promise<Run> {
  for (const late = AbortSignal.timeout(20_000);;) {
    const run = await rig.run(id ?? "");
    if (hasEnded(run.status)) return run;
    assert.ok(!late.aborted, JSON.stringify(run));
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
}

promise("what a hook is sent and signed for is the input of a run", async () => {
  const rig = await hookRig();
  const hook = await rig.hook({ description: "from our shop" });
  const told = await send(hook.path, BODY, standard(hook.secret, BODY));
  assert.deepEqual([told.status, told.replayed], [202, false], told.bytes);
  const run = await ended(rig, told.run);
  assert.deepEqual([run.status, run.output], ["succeeded", { event: "made", n: 1 }]);
  assert.equal(run.trigger, "webhook");
});

promise("a hook of GitHub's runs for a push, and not for a ping", async () => {
  const rig = await hookRig();
  const hook = await rig.hook({ kind: "github", secret: "shared with github" });
  const ping = JSON.stringify({ zen: "Keep it logically awesome." });
  const headers = await github(hook.secret, ping, { event: "ping" });
  const pinged = await send(hook.path, ping, headers);
  assert.deepEqual([pinged.status, pinged.run, await rig.runs()], [202, null, []]);
  const told = await send(hook.path, PUSH, await github(hook.secret, PUSH));
  assert.deepEqual((await ended(rig, told.run)).output, JSON.parse(PUSH));
});

promise("a bad signature and a hook that does not exist are the same bytes", async () => {
  const rig = await hookRig();
  const [hook, other] = [await rig.hook(), await rig.hook()];
  const off = await rig.hook();
  const path = `/agents/echo/hooks/${off.id}`;
  assert.equal((await rig.owner.call("PATCH", path, { body: { enabled: false } })).status, 200);
  const lost = await rig.hook();
  await using sql = operator();
  await sql`update app.signing_secrets set kid = 'lost'
    where subject = 'hook.' || ${lost.id.replace("hook_", "")}::uuid`;
  const right = standard(hook.secret, BODY);
  const old = new Date(Date.now() - 5 * MINUTE - 5_000);
  const future = new Date(Date.now() + 5 * MINUTE + 5_000);
  const cases: Record<string, [path: string, body: string, headers: Record<string, string>]> = {
    "a missing hook": [NOBODY, BODY, right],
    "no id at all": ["/functions/v1/execute/hooks/x", BODY, right],
    "no signature": [hook.path, BODY, {}],
    "another body": [hook.path, `${BODY} `, right],
    "another id": [hook.path, BODY, { ...right, "webhook-id": "msg_2" }],
    "another time": [hook.path, BODY, {
      ...right,
      "webhook-timestamp": String(Number(right["webhook-timestamp"]) + 1),
    }],
    "no time": [hook.path, BODY, { ...right, "webhook-timestamp": "" }],
    "another hook's secret": [hook.path, BODY, standard(other.secret, BODY)],
    "too old": [hook.path, BODY, standard(hook.secret, BODY, { at: old })],
    "of the future": [hook.path, BODY, standard(hook.secret, BODY, { at: future })],
    "another version": [hook.path, BODY, {
      ...right,
      "webhook-signature": right["webhook-signature"]?.replace("v1,", "v2,") ?? "",
    }],
    "an id that is too long": [
      hook.path,
      BODY,
      standard(hook.secret, BODY, { id: "x".repeat(201) }),
    ],
    "signed as GitHub does": [hook.path, BODY, await github(hook.secret, BODY)],
    "a hook that is switched off": [off.path, BODY, standard(off.secret, BODY)],
    "a hook whose secret does not open": [lost.path, BODY, standard(lost.secret, BODY)],
  };
  const answers = new Map<string, string>();
  for (const [what, [path, body, headers]] of Object.entries(cases)) {
    const told = await send(path, body, headers);
    assert.deepEqual([told.status, told.code], [401, "signature_invalid"], what);
    answers.set(told.bytes, what);
  }
  assert.equal(answers.size, 1, [...answers].join("\n"));
  assert.deepEqual(await rig.runs(), []);
});

promise("a bad signature of GitHub's runs nothing", async () => {
  const rig = await hookRig();
  const hook = await rig.hook({ kind: "github" });
  const right = await github(hook.secret, PUSH);
  const wrong = [
    {},
    { ...right, "x-hub-signature-256": "" },
    { ...right, "x-hub-signature-256": right["x-hub-signature-256"]?.slice(0, -2) ?? "" },
    await github("another secret", PUSH),
    await github(hook.secret, `${PUSH}\n`),
    standard(hook.secret, PUSH),
    { ...await github("another secret", PUSH), "x-github-event": "ping" },
  ];
  for (const headers of wrong) {
    const told = await send(hook.path, PUSH, headers);
    assert.equal(told.code, "signature_invalid", JSON.stringify(headers));
  }
  assert.deepEqual(await rig.runs(), []);
});

promise("a delivery starts one run, however often and however much at once it comes", async () => {
  const rig = await hookRig();
  const hook = await rig.hook();
  const id = "msg_once";
  const again = () => send(hook.path, BODY, standard(hook.secret, BODY, { id }));
  const answers = await Promise.all(Array.from({ length: 8 }, again));
  const later = new Date(Date.now() + MINUTE);
  answers.push(await send(hook.path, BODY, standard(hook.secret, BODY, { id, at: later })));
  assert.equal(new Set(answers.map(({ run }) => run)).size, 1);
  assert.equal(answers.filter(({ replayed }) => replayed === false).length, 1);
  assert.equal((await rig.runs()).length, 1);
  const next = await send(hook.path, BODY, standard(hook.secret, BODY));
  assert.equal(next.replayed, false);
});

promise(
  "who has seen a delivery of GitHub's cannot have it run again under another id",
  async () => {
    const rig = await hookRig();
    const hook = await rig.hook({ kind: "github" });
    const headers = await github(hook.secret, PUSH);
    const first = await send(hook.path, PUSH, headers);
    const replay = { ...headers, "x-github-delivery": crypto.randomUUID() };
    const second = await send(hook.path, PUSH, replay);
    assert.deepEqual([second.run, second.replayed], [first.run, true]);
    const unnamed = await send(hook.path, PUSH, { ...replay, "x-github-delivery": "" });
    assert.deepEqual([unnamed.run, unnamed.replayed], [first.run, true]);
    assert.equal((await rig.runs()).length, 1);
  },
);

promise("a replaced secret is good for as long as its owner said, and no longer", async () => {
  const rig = await hookRig();
  const hook = await rig.hook();
  const rotate = async (overlap_s: number) => {
    const path = `/agents/echo/hooks/${hook.id}/rotate`;
    const answer = await rig.owner.call("POST", path, { body: { overlap_s } });
    assert.equal(answer.status, 200);
    const { secret } = await answer.json();
    return String(secret);
  };
  const second = await rotate(60);
  for (const secret of [hook.secret, second]) {
    assert.equal((await send(hook.path, BODY, standard(secret, BODY))).status, 202);
  }
  const third = await rotate(0);
  for (const secret of [hook.secret, second]) {
    assert.equal((await send(hook.path, BODY, standard(secret, BODY))).code, "signature_invalid");
  }
  assert.equal((await send(hook.path, BODY, standard(third, BODY))).status, 202);
});

promise(
  "what is no JSON, too long or no input of the agent's is refused, and nothing runs",
  async () => {
    const schema = { type: "object", properties: { n: { type: "integer" } }, required: ["n"] };
    const rig = await hookRig(schema);
    const hook = await rig.hook();
    const tell = (body: string) => send(hook.path, body, standard(hook.secret, body));
    assert.equal((await tell("{")).code, "invalid_json");
    assert.equal((await send(NOBODY, "{", {})).code, "invalid_json");
    assert.equal((await tell("")).code, "invalid_json");
    const long = JSON.stringify({ n: 1, text: "x".repeat(256 * 1024) });
    assert.equal((await tell(long)).code, "body_too_large");
    assert.equal((await send(NOBODY, long, {})).code, "body_too_large");
    assert.equal((await tell("[".repeat(9_000) + "]".repeat(9_000))).code, "invalid_request");
    assert.equal((await tell(JSON.stringify({ n: "one" }))).code, "invalid_input");
    assert.equal((await send(NOBODY, JSON.stringify({ n: "one" }), {})).code, "signature_invalid");
    assert.deepEqual(await rig.runs(), []);
    assert.equal((await tell(JSON.stringify({ n: 1 }))).status, 202);
  },
);

promise("a mark at the beginning of a body is a part of what was signed", async () => {
  const rig = await hookRig();
  const hook = await rig.hook();
  const marked = `\ufeff${BODY}`;
  const plain = await send(hook.path, marked, standard(hook.secret, BODY));
  assert.equal(plain.code, "signature_invalid");
  const told = await send(hook.path, marked, standard(hook.secret, marked));
  assert.equal(told.status, 202, told.bytes);
});

promise("a bad signature blocks no address: others' deliveries come from it, too", async () => {
  const rig = await hookRig();
  const hook = await rig.hook();
  const address = { "x-client-address": rig.owner.address };
  for (let n = 0; n < 12; n++) {
    const told = await send(hook.path, BODY, {
      ...address,
      ...standard(hook.secret, `${BODY}${n}`),
    });
    assert.equal(told.code, "signature_invalid");
  }
  const told = await send(hook.path, BODY, { ...address, ...standard(hook.secret, BODY) });
  assert.equal(told.status, 202);
});
