import assert from "@std/assert";
import postgres from "postgres";
import { newKey } from "../../keys.ts";
import { type Person, person, testStack } from "../../stack.ts";
import { as, type Ask, becomeQuiet, create, eventsOf } from "./rig.ts";

const SLOW = "export default () => new Promise((resolve) => setTimeout(resolve, 8000));";
const STREAM = { accept: "text/event-stream" };

/** Does what only an operator can. */
async function asOperator(work: (sql: postgres.Sql) => Promise<unknown>): Promise<void> {
  const sql = postgres(testStack().adminUrl, { max: 1 });
  try {
    await work(sql);
  } finally {
    await sql.end();
  }
}

/** A run that goes on, its id, and its stream to the one who started it. */
async function startSlow(ask: Ask) {
  const stream = await ask("POST", "/execute/agents/slow", {}, STREAM);
  assert.equal(stream.status, 200, stream.status === 200 ? "" : await stream.text());
  return { stream, id: stream.headers.get("location")?.split("/").at(-1) ?? "" };
}

/** Reads streams to their end, which comes without a terminal event. */
async function cutOff(...streams: Response[]): Promise<void> {
  for (const text of await Promise.all(streams.map((stream) => stream.text()))) {
    const types = eventsOf(text).map(({ event }) => event);
    assert.deepEqual(types.filter((type) => type !== "run.started"), []);
  }
}

async function cancel(owner: Person, id: string): Promise<void> {
  await (await as(owner)("POST", `/execute/runs/${id}/cancel`)).body?.cancel();
  await becomeQuiet();
}

const losses: [string, (sql: postgres.Sql, owner: Person) => Promise<unknown>][] = [
  ["role", (sql, { id }) => sql`insert into app.user_roles values (${id}, 'user')`],
  [
    "peace, being quarantined",
    (sql, { id }) =>
      sql`insert into public.quarantines (kind, target, reason) values ('user', ${id}, 'x')`,
  ],
];

for (const [what, lose] of losses) {
  Deno.test(`both kinds of stream end, without a terminal event, when their reader loses their ${what}`, async () => {
    const ann = await person("ann");
    await create(as(ann), "slow", SLOW);
    const { stream, id } = await startSlow(as(ann));
    const followed = await as(ann)("GET", `/execute/runs/${id}/events`, undefined, STREAM);
    await asOperator((sql) => lose(sql, ann));
    await cutOff(stream, followed);
    await asOperator((sql) =>
      sql`update public.runs set cancel_requested_at = now() where owner_id = ${ann.id}`
    );
    await becomeQuiet();
  });
}

Deno.test("the streams of a key end when it is revoked, though the run goes on", async () => {
  const ann = await person("ann");
  await create(as(ann), "slow", SLOW);
  const { id: keyId, key } = await newKey(ann);
  const { stream, id } = await startSlow(as({ token: key }));
  const followed = await as({ token: key })("GET", `/execute/runs/${id}/events`, undefined, STREAM);
  await ann.supabase.rpc("revoke_key", { key_id: keyId });
  await cutOff(stream, followed);
  const run = await (await as(ann)("GET", `/execute/runs/${id}`)).json();
  assert.equal(run.status, "running");
  await cancel(ann, id);
});

Deno.test("a key that may not stream is refused a stream, and may run without", async () => {
  const ann = await person("ann");
  await create(as(ann), "quick", "export default () => 1;");
  const { key } = await newKey(ann, { scopes: ["agents:read", "agents:execute"] });
  const ask = as({ token: key });
  const refused = await ask("POST", "/execute/agents/quick", {}, STREAM);
  assert.equal((await refused.json()).code, "forbidden");
  const run = await (await ask("POST", "/execute/agents/quick", {})).json();
  assert.equal(run.status, "succeeded");
  const followed = await ask("GET", `/execute/runs/${run.id}/events`, undefined, STREAM);
  assert.equal((await followed.json()).code, "forbidden");
  await becomeQuiet();
});

Deno.test("a key without runs:cancel stops nothing", async () => {
  const ann = await person("ann");
  await create(as(ann), "slow", SLOW);
  const { key } = await newKey(ann, { scopes: ["agents:read", "agents:execute"] });
  const prefer = { prefer: "respond-async" };
  const { id } = await (await as(ann)("POST", "/execute/agents/slow", {}, prefer)).json();
  const refused = await as({ token: key })("POST", `/execute/runs/${id}/cancel`);
  assert.equal((await refused.json()).code, "forbidden");
  await cancel(ann, id);
  await becomeQuiet();
});
