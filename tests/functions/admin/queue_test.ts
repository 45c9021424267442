import assert from "@std/assert";
import { prefixedId, uuid7 } from "../../../supabase/functions/_shared/ids.ts";
import { inRole, operator, promise } from "../matrix/cast.ts";

const { of } = prefixedId("run");
const uuidOf = (wire: string) => wire.slice(4);

promise("an administrator sees the queue, whose runs wait, and who works", async () => {
  await using sql = operator();
  const [amy, ann] = [await inRole(sql, "admin"), await inRole(sql, "user")];
  await ann.call("POST", "/agents", { body: { name: "a", source: "export default () => 1;" } });
  await sql`
    select public.enqueue_run(app.uuid7(), ${ann.id}, 'a', null, '1', 'r') from generate_series(1, 3)
  `;
  await sql`select public.claim_queued_run(${`edge:${ann.id}`}, 30, ${ann.id})`;
  const overview = await (await amy.call("GET", "/admin/queue")).json();
  assert.ok(overview.depth >= 1 && overview.backend === "table", JSON.stringify(overview));
  assert.ok(Date.parse(overview.oldest_at) <= Date.now());
  const hers = overview.users.find(({ user_id }: { user_id: string }) => user_id === ann.id);
  assert.ok(hers.queued >= 1 && hers.queued <= 3);
  assert.ok(
    overview.workers.some(({ worker }: { worker: string }) => worker === `edge:${ann.id}`),
  );
  await sql`delete from auth.users where id = ${ann.id}`;
});

promise("a dead letter is replayed once, as its user, and runs", async () => {
  await using sql = operator();
  const [amy, ann] = [await inRole(sql, "admin"), await inRole(sql, "user")];
  await ann.call("POST", "/agents", { body: { name: "a", source: "export default (x) => x;" } });
  const id = uuid7();
  await sql`select public.enqueue_run(${id}, ${ann.id}, 'a', null, '"input"', 'r')`;
  await sql`select app.settle(${id}, 'lost', null, null, null)`;
  await sql`select app.bury(runs, 'silent') from public.runs where id = ${id}`;
  const list = await (await amy.call("GET", "/admin/queue/dead?limit=100")).json();
  const letter = list.data.find(({ run }: { run: string }) => run === of(id));
  assert.deepEqual([letter.user_id, letter.agent, letter.reason], [ann.id, "a", "silent"]);
  const path = `/admin/queue/dead/${of(id)}/replay`;
  const replayed = await amy.call("POST", path);
  assert.equal(replayed.status, 202, await replayed.clone().text());
  const { run } = await replayed.json();
  assert.equal((await (await amy.call("POST", path)).json()).code, "already_replayed");
  const asked = await ann.call("GET", `/execute/runs/${run}`);
  assert.deepEqual([(await asked.json()).input, uuidOf(run).length], ["input", 32]);
  const wait = { headers: { prefer: "respond-async, wait=20" } };
  await (await ann.call("POST", "/execute/agents/a", { ...wait, body: {} })).body?.cancel();
  let status = "queued";
  while (status === "queued" || status === "running") {
    status = (await (await ann.call("GET", `/execute/runs/${run}`)).json()).status;
  }
  assert.equal(status, "succeeded");
});
