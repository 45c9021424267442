import assert from "@std/assert";
import postgres from "postgres";
import { verifyBundle } from "../../../scripts/evidence.ts";
import { prefixedId } from "../../../supabase/functions/_shared/ids.ts";
import { call, newAddress, type Person, person, type SharedStack } from "../../stack.ts";
import { createPerformer, type Known, readDrill } from "./drill.ts";
import { ownStack } from "./own_stack.ts";

const DOCUMENT = new URL("../../../docs/incident-response.md", import.meta.url);
const ENDLESS = `export default async (_input, agent) => {
  for (;;) {
    agent.log("still here");
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
};`;

Deno.test("the incident drill goes as docs/incident-response.md writes it", async () => {
  await using own = await ownStack();
  const { stack } = own;
  const known = await prepare(stack);
  const performer = createPerformer(stack, known);
  const steps = readDrill(await Deno.readTextFile(DOCUMENT));
  const count = (kind: string) => steps.filter((step) => step.kind === kind).length;
  assert.ok(count("http") >= 30 && count("stream") === 1 && count("sh") === 1);
  for (const step of steps) {
    if (step.kind === "http") await performer.http(step);
    else if (step.kind === "stream") await performer.stream(step);
    else await verify(stack, step.command, performer.answers);
  }
});

/** What the document says is known at the beginning. */
async function prepare(stack: SharedStack): Promise<Known> {
  const suspect = await person("suspect", stack);
  const bystander = await person("bystander", stack);
  const admin = await person("admin", stack);
  const sql = postgres(stack.adminUrl, { max: 1 });
  await sql`insert into app.user_roles (user_id, role) values (${admin.id}, 'admin')`;
  await sql.end();
  const { id: agent_id } = await ok(suspect, "/agents", { name: "courier", source: ENDLESS });
  await ok(bystander, "/agents", { name: "harmless", source: "export default () => 1;" });
  const scopes = ["agents:read", "agents:execute"];
  const { id: key_id, secret } = await ok(suspect, "/admin/keys", { name: "ci", scopes });
  const started = await suspect.call("POST", "/execute/agents/courier", {
    body: {},
    headers: { prefer: "wait=0" },
  });
  const { id: run_id } = await started.json();
  const address = newAddress();
  for (let tries = 0; tries < 11; tries++) {
    const wrong = await call(stack, "GET", "/agents", { token: "ck_test_no", address });
    await wrong.body?.cancel();
  }
  return new Map(Object.entries({
    admin: admin.token,
    user: suspect.token,
    user_id: suspect.id,
    key: secret,
    key_id,
    agent_id,
    run_id,
    bystander: bystander.token,
    address: address.replace(/::1$/, "::/64"),
  }));
}

async function ok(who: Person, path: string, body: unknown): Promise<Record<string, string>> {
  const response = await who.call("POST", path, { body });
  const text = await response.text();
  assert.equal(response.status, 201, text);
  return JSON.parse(text);
}

/** Verifies the bundle that came last, as the document's command does, and one that was changed. */
async function verify(stack: SharedStack, command: string, answers: readonly string[]) {
  assert.equal(command, "deno task evidence bundle.json --jwks jwks.json");
  const keys = await (await fetch(`${stack.url}/auth/v1/.well-known/jwks.json`)).json();
  const bundle = answers.at(-1) ?? "";
  const { manifest, problems } = await verifyBundle(bundle, keys);
  assert.deepEqual(problems, []);
  assert.equal(manifest?.kind, "user");
  const changed = bundle.replace("run.cancelled", "run.succeeded");
  assert.notEqual(changed, bundle, "the end of the run is not in the bundle");
  const after = await verifyBundle(changed, keys);
  assert.deepEqual(after.problems, ["section run_events was changed"]);
  assert.ok(prefixedId("evidence").wire.safeParse(manifest?.id).success);
}
