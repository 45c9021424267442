import postgres from "postgres";
import assert from "@std/assert";
import { type CloisterClient, CloisterError, createClient, RollbackError } from "../../sdk/mod.ts";
import { ADDRESS_HEADER, type Person, person, testStack } from "../stack.ts";

const ECHO = "export default (input) => input;";
const FOREVER =
  "export default (_, agent) => { agent.log('up'); return new Promise((done) => setTimeout(done, 9_000)); };";

function clientOf({ supabase, address }: Person): CloisterClient {
  const headers = { [ADDRESS_HEADER]: address };
  return createClient({ url: testStack().url, auth: { supabase }, headers });
}

/** Gives a role as the database's owner would. */
async function makeAdmin({ id }: Person): Promise<void> {
  const sql = postgres(testStack().databaseUrl, { max: 1, onnotice: () => {} });
  await sql`insert into app.user_roles (user_id, role) values (${id}, 'admin')
    on conflict (user_id) do update set role = excluded.role`;
  await sql.end();
}

Deno.test("the SDK makes, runs, watches and lists agents of a person who is signed in", async () => {
  const client = clientOf(await person("sdk"));
  const agent = await client.agents.create({ name: "echo", source: ECHO });
  assert.equal(agent.current_version, 1);
  const run = await client.run("echo", { name: "Ada" });
  assert.deepEqual([run.status, run.output], ["succeeded", { name: "Ada" }]);
  const types = [];
  const stream = client.stream("echo", 7);
  for await (const event of stream) types.push(event.type);
  assert.deepEqual([types[0], types.at(-1)], ["run.started", "run.succeeded"]);
  const followed = [];
  for await (const event of client.follow(await stream.id())) followed.push(event.type);
  assert.deepEqual(followed, types);
  const history = await client.agents.runs("echo", { status: "succeeded" }).take(10);
  assert.deepEqual(history.map(({ id }) => id), [await stream.id(), run.id]);
  assert.equal((await client.runs.list().page()).data.length, 2);
  assert.deepEqual(await client.runs.calls(run.id), []);
  assert.equal((await client.usage({ days: 1 })).total.runs, 2);
  assert.ok((await client.limits()).budgets.length > 0);
});

Deno.test("the same idempotency key is the same run, whether it is waited for, queued or watched", async () => {
  const client = clientOf(await person("sdk-key"));
  await client.agents.create({ name: "echo", source: ECHO });
  const options = { idempotencyKey: crypto.randomUUID() };
  const run = await client.run("echo", 1, options);
  const stream = client.stream("echo", 1, options);
  assert.equal(await stream.id(), run.id);
  assert.equal((await client.start("echo", 1, options)).id, run.id);
  const error = await client.run("echo", 2, options).catch((err) => err);
  assert.ok(error instanceof CloisterError);
  assert.equal(error.code, "idempotency_key_reused");
  for await (const { type } of stream) assert.match(type, /^run\./);
});

Deno.test("cancel() ends a run, and its stream, with run.cancelled", async () => {
  const client = clientOf(await person("sdk-cancel"));
  await client.agents.create({ name: "forever", source: FOREVER });
  const stream = client.stream("forever");
  const types = [];
  for await (const { type } of stream) {
    types.push(type);
    if (type !== "run.started" && types.length === 2) await stream.cancel();
  }
  assert.equal(types.at(-1), "run.cancelled");
  assert.equal((await stream.run()).status, "cancelled");
});

Deno.test("the SDK adds versions and files, and takes them back", async () => {
  const client = clientOf(await person("sdk-versions"));
  const { versions, files } = client.agents;
  await client.agents.create({ name: "echo", source: ECHO });
  const second = await versions.create("echo", { source: `${ECHO}\n// two`, publish: false });
  assert.equal((await client.agents.get("echo")).current_version, 1);
  assert.match((await versions.diff("echo", second.version)).patch, /^\+\/\/ two$/m);
  await client.agents.publish("echo", second.version);
  assert.equal((await client.agents.rollback("echo")).current_version, 1);
  const written = await files.write("echo", "a b/ü.txt", new TextEncoder().encode("one"));
  assert.equal(await (await files.read("echo", written.path)).text(), "one");
  const taken = await files.write("echo", written.path, "two", { isNew: true }).catch((err) => err);
  assert.ok(taken instanceof CloisterError);
  assert.equal(taken.code, "file_changed");
  await files.write("echo", written.path, "two", { ifMatch: `"${written.sha256}"` });
  await files.remove("echo", written.path);
  assert.deepEqual(await files.list("echo").take(1), []);
  await client.agents.remove("echo");
  assert.deepEqual(await client.agents.list().take(1), []);
});

Deno.test("rollback() publishes the newest version that was published before the current one", async () => {
  const client = clientOf(await person("sdk-rollback"));
  const { agents } = client;
  await agents.create({ name: "echo", source: ECHO });
  await assert.rejects(agents.rollback("echo"), RollbackError);
  await agents.versions.create("echo", { source: `${ECHO}\n// a draft`, publish: false });
  await agents.versions.create("echo", { source: `${ECHO}\n// three` });
  assert.equal((await agents.get("echo")).current_version, 3);
  assert.equal((await agents.rollback("echo")).current_version, 1);
  await assert.rejects(agents.rollback("echo"), RollbackError);
  assert.equal((await agents.rollback("echo", 3)).current_version, 3);
});

Deno.test("the SDK keeps keys, secrets, schedules, hooks and webhooks", async () => {
  const client = clientOf(await person("sdk-nouns"));
  const { schedules, hooks, webhooks } = client.agents;
  await client.agents.create({ name: "echo", source: ECHO });
  const key = await client.keys.create({ name: "ci", scopes: ["agents:read"] });
  const program = createClient({ url: testStack().url, auth: { apiKey: key.secret } });
  assert.equal((await program.agents.get("echo")).name, "echo");
  assert.ok((await client.keys.revoke(key.id)).revoked_at);
  const secret = await client.secrets.create({
    name: "TOKEN",
    value: "first value",
    hosts: ["example.com"],
  });
  await client.secrets.update(secret.id, { value: "second value" });
  await client.secrets.remove(secret.id);
  await schedules.create("echo", { name: "daily", cron: "30 8 * * *", time_zone: "Europe/Berlin" });
  assert.equal((await schedules.update("echo", "daily", { enabled: false })).enabled, false);
  assert.equal((await schedules.preview("echo", "30 8 * * *", { limit: 3 })).length, 3);
  const hook = await hooks.create("echo", {});
  assert.notEqual((await hooks.rotate("echo", hook.id)).secret, hook.secret);
  const webhook = await webhooks.create("echo", { url: "https://example.com/hook" });
  assert.deepEqual(await webhooks.deliveries("echo", webhook.id).take(1), []);
  const kept = [await hooks.list("echo"), await webhooks.list("echo")];
  assert.deepEqual(kept.map((list) => list.length), [1, 1]);
});

Deno.test("admin.* is for administrators: everybody else is told forbidden", async () => {
  const [user, admin] = [await person("sdk-user"), await person("sdk-admin")];
  await makeAdmin(admin);
  const refused = await clientOf(user).admin.users.get(admin.id).catch((err) => err);
  assert.ok(refused instanceof CloisterError);
  assert.equal(refused.code, "forbidden");
  const client = clientOf(admin);
  assert.equal((await client.admin.users.assign(user.id, "viewer")).role, "viewer");
  const [entry] = await client.admin.audit.list({ actor: admin.id }).take(1);
  assert.equal(entry?.actor_id, admin.id);
  const csv = await client.admin.audit.export({ actor: admin.id, format: "csv" });
  assert.match(await csv.text(), /^seq,/);
  assert.ok((await client.admin.sandbox.get()).engine);
  assert.match(await client.admin.metrics(), /^# /);
  assert.ok((await client.admin.retention.list()).length > 0);
});
