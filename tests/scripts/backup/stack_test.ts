import assert from "@std/assert";
import postgres from "postgres";
import { ownStack } from "../../functions/admin/own_stack.ts";
import { anonymous, call, type SharedStack } from "../../stack.ts";
import { newKey } from "./rig.ts";

const PASSWORD = "correct horse battery staple";
const SOURCE = "export default (input, agent) => { agent.log('canary'); return { got: input }; };";

/** Signs somebody up, or in again, and answers how they call functions. */
async function enter(stack: SharedStack, how: "signUp" | "signInWithPassword", email: string) {
  const { data, error } = await anonymous(stack).auth[how]({ email, password: PASSWORD });
  if (error) throw error;
  const token = data.session?.access_token;
  assert.ok(token !== undefined && data.user);
  return {
    id: data.user.id,
    ask: async (method: string, path: string, body?: unknown) => {
      const response = await call(stack, method, path, { token, body });
      const text = await response.text();
      assert.ok(response.ok, `${method} ${path}: ${text}`);
      return text.startsWith("{") ? JSON.parse(text) : text;
    },
  };
}

async function task(name: string, args: string[], env: Record<string, string>) {
  const { code, stdout, stderr } = await new Deno.Command(Deno.execPath(), {
    args: ["run", "-A", "--no-check", "--no-lock", `scripts/${name}.ts`, ...args],
    env,
  }).output();
  const text = new TextDecoder().decode(stdout) + new TextDecoder().decode(stderr);
  return { code, text };
}

Deno.test("after a restore into a new stack people sign in as before, and their agents run", async () => {
  const [{ identity, recipient }, from, to] = await Promise.all([newKey(), ownStack(), ownStack()]);
  await using _from = from;
  await using _to = to;
  const folder = await Deno.makeTempDir();
  const [out, opener] = [`${folder}/a.age`, `${folder}/identity`];
  await Deno.writeTextFile(opener, identity);

  const ann = await enter(from.stack, "signUp", "ann@example.test");
  await enter(from.stack, "signUp", "bob@example.test");
  await ann.ask("POST", "/agents", { name: "hello", source: SOURCE });
  const run = await ann.ask("POST", "/execute/agents/hello", { input: { n: 1 } });
  await ann.ask("PUT", "/agents/hello/files/notes.txt", "kept");
  const key = await ann.ask("POST", "/admin/keys", { name: "ci", scopes: ["agents:execute"] });
  const made = await task("backup", ["--out", out, "--recipient", recipient], {
    DATABASE_URL: from.stack.databaseUrl,
  });
  assert.equal(made.code, 0, made.text);

  const entries = await Array.fromAsync(Deno.readDir(folder), ({ name }) => name);
  assert.deepEqual(entries.sort(), ["a.age", "identity"], "nothing else is written");
  const locked = new TextDecoder("latin1").decode(await Deno.readFile(out));
  for (const canary of ["canary", "ann@example.test", "notes.txt", SOURCE]) {
    assert.ok(!locked.includes(canary), canary);
  }

  const env = { DATABASE_URL: to.stack.databaseUrl };
  const [, sha256 = ""] = /SHA-256 of the file: ([0-9a-f]{64})/.exec(made.text) ?? [];
  const expecting = ["--identity", opener, "--expect", sha256];
  const other = await task("restore", [out, ...expecting.with(-1, "0".repeat(64))], env);
  assert.match(other.text, /another backup than the one expected/);
  const restored = await task("restore", [out, ...expecting], env);
  assert.equal(restored.code, 0, restored.text);
  const again = await task("restore", [out, ...expecting], env);
  assert.match(again.text, /^The target has users/);
  assert.equal(again.code, 1);

  const same = await enter(to.stack, "signInWithPassword", "ann@example.test");
  assert.equal(same.id, ann.id);
  const old = await same.ask("GET", `/execute/runs/${run.id}`);
  assert.deepEqual(old.output, { got: { n: 1 } });
  assert.equal(await same.ask("GET", "/agents/hello/files/notes.txt"), "kept");
  const next = await same.ask("POST", "/execute/agents/hello", { input: { n: 2 } });
  assert.deepEqual([next.status, next.output], ["succeeded", { got: { n: 2 } }]);
  const byKey = await call(to.stack, "POST", "/execute/agents/hello", {
    token: key.secret,
    body: { input: 3 },
  });
  assert.equal((await byKey.json()).status, "succeeded", "of whom may run and not read");
  await whole(to.stack, made.text);
  await Deno.remove(folder, { recursive: true });
});

/** The chain holds, and goes on from the head that the backup said. */
async function whole(stack: SharedStack, told: string): Promise<void> {
  const [, seq = "", hash = ""] = /entry\s+(\d+) ([0-9a-f]{64})/.exec(told) ?? [];
  const sql = postgres(stack.adminUrl, { max: 1 });
  const [row] = await sql`select app.check_audit_chain(1, ${seq}::bigint, ${hash}) as verdict`;
  await sql.end();
  assert.equal(row?.verdict.ok, true);
  assert.ok(row.verdict.head_seq > Number(seq));
}
