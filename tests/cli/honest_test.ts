import assert from "@std/assert";
import * as path from "node:path";
import { projectAddress } from "../../cli/address.ts";
import { withLock } from "../../cli/lock.ts";
import { person } from "../stack.ts";
import { desk } from "./cli.ts";

const RUN = `run_${"0".repeat(32)}`;

Deno.test("one cloister run is one run: a reconnect that is refused starts no second one", async () => {
  await using at = await desk(await person("ann"));
  const keys: (string | null)[] = [];
  const fetch: typeof globalThis.fetch = (input, init) => {
    const { pathname } = new URL(String(input));
    if (init?.method === "POST") {
      keys.push(new Headers(init.headers).get("idempotency-key"));
      const location = `/functions/v1/execute/runs/${RUN}`;
      const headers = { location, "content-type": "text/event-stream" };
      return Promise.resolve(new Response(": nothing yet\n\n", { headers }));
    }
    if (!pathname.endsWith("/events")) {
      const status = keys.length > 1 || asked++ > 0 ? "succeeded" : "running";
      return Promise.resolve(Response.json({ id: RUN, status, output: 7 }));
    }
    const problem = { status: 403, code: "forbidden", title: "Not yours to do" };
    const headers = { "content-type": "application/problem+json" };
    return Promise.resolve(Response.json(problem, { status: 403, headers }));
  };
  let asked = 0;
  const { code, stdout, stderr } = await at.cli(["run", "hello"], { fetch });
  assert.deepEqual([code, stdout], [0, "7\n"], stderr);
  assert.equal(keys.length, 1);
});

Deno.test("cloister logout says when the project's session was not ended, and ends with 4", async () => {
  await using at = await desk(await person("ann"));
  const fetch = () => Promise.reject(new TypeError("fetch failed"));
  const { code, stdout, stderr } = await at.cli(["logout", "--json"], { fetch });
  assert.equal(code, 4);
  assert.equal(JSON.parse(stdout).session_ended, false);
  assert.match(stderr, /session there was not ended/);
  assert.doesNotMatch(await Deno.readTextFile(at.credentials), /token/);
});

Deno.test("a stale lock is taken by one process alone, which nobody else's end opens", async () => {
  const folder = await Deno.makeTempDir();
  const name = path.join(folder, "credentials.json");
  const lock = `${name}.lock`;
  const long = new Date(Date.now() - 60_000);
  let inside = 0;
  let most = 0;
  const enter = () =>
    withLock(name, async () => {
      most = Math.max(most, ++inside);
      await new Promise((resolve) => setTimeout(resolve, 20));
      inside--;
    });
  for (let trial = 0; trial < 5; trial++) {
    await withLock(name, async () => {
      for await (const { name: owner } of Deno.readDir(lock)) {
        await Deno.utime(path.join(lock, owner), long, long);
      }
      await Deno.utime(lock, long, long);
      await Promise.all(Array.from({ length: 6 }, enter));
      assert.equal(inside, 0);
    });
  }
  assert.equal(most, 1);
  await Deno.remove(folder, { recursive: true });
});

Deno.test("cloister verify asks again for what there was no time for, but not without end", async () => {
  await using at = await desk(await person("ann"));
  const names = Array.from({ length: 20 }, (_, index) => `p${index}`);
  const one = (name: string, held: boolean | null) => {
    return { name, want: "error", attempted: "to leave", ending: "left", ms: 1, held };
  };
  let asked = 0;
  const fetchFor = (each: number): typeof fetch => (_, init) => {
    asked++;
    const wanted: string[] = JSON.parse(String(init?.body)).programs ?? names;
    const programs = wanted.map((name, index) => one(name, index < each ? true : null));
    const held = Math.min(each, wanted.length);
    const skipped = wanted.length - held;
    const report = { engine: "process", layers: [], held, breached: 0, skipped, programs };
    return Promise.resolve(Response.json(report));
  };
  const whole = await at.cli(["verify"], { fetch: fetchFor(7) });
  assert.deepEqual([whole.code, asked], [0, 3]);
  assert.match(whole.stdout, /20 held, 0 breached, 0 skipped/);
  asked = 0;
  assert.deepEqual([(await at.cli(["verify"], { fetch: fetchFor(0) })).code, asked], [1, 1]);
  asked = 0;
  assert.equal((await at.cli(["verify"], { fetch: fetchFor(1) })).code, 1);
  assert.ok(asked <= 10, `${asked}`);
});

Deno.test("cloister calls lists every call of a run, whatever a page holds", async () => {
  await using at = await desk(await person("ann"));
  const rows = Array.from({ length: 450 }, (_, index) => ({
    id: `call-${index + 1}`,
    seq: index + 1,
    tool: "fetch",
    target: "https://api.example.com",
    verdict: "allowed",
  }));
  const fetch: typeof globalThis.fetch = (input) => {
    const after = Number(new URL(String(input)).searchParams.get("after"));
    return Promise.resolve(Response.json({ data: rows.slice(after, after + 200) }));
  };
  const listed = await at.cli(["calls", RUN, "--json"], { fetch });
  assert.equal(JSON.parse(listed.stdout).length, 450);
});

Deno.test("a mistake of the caller ends with 2 and never with 70", async () => {
  await using at = await desk(await person("ann"));
  await at.write("cloister.json", '{"name": "mine"}');
  await at.write("agent.ts", "export default () => 1;");
  assert.equal((await at.cli(["push"])).code, 0);
  assert.equal((await at.cli(["files", "put", "agent.ts"])).code, 0);
  const mistakes = [
    ["show", ".."],
    ["show", "\ud800"],
    ["cancel", ""],
    ["run", "."],
    ["calls", RUN, "--approve", ".."],
    ["keys", "revoke", ".."],
    ["secrets", "remove", "..", "--yes"],
    ["files", "get", "../x"],
    ["files", "get", "agent.ts", "-o", "/nonexistent/x"],
    ["files", "get", "agent.ts", "-o", "."],
    ["files", "put", "."],
    ["versions", ".."],
    ["publish", "..", "1"],
    ["init", "agent.ts"],
    ["push", "agent.ts"],
    ["whoami", "--url", "https://good.example//evil.example"],
  ];
  for (const words of mistakes) {
    const { code, stderr } = await at.cli(words);
    assert.equal(code, 2, `${words.join(" ")}: ${stderr}`);
    assert.notEqual(stderr.trim(), "");
  }
  const env = { CLOISTER_API_KEY: "ck_test_é" };
  assert.equal((await at.cli(["limits"], { env })).code, 2);
});

Deno.test("the address of a project cannot lead to another host than the one that it names", () => {
  for (const rest of ["//evil.example", "/\\evil.example", "\\\\evil.example", "/a//b"]) {
    assert.throws(() => projectAddress(`https://good.example${rest}`), { name: "UsageError" });
    assert.throws(() => projectAddress(`http://localhost${rest}`), { name: "UsageError" });
  }
  assert.equal(projectAddress("https://good.example//"), "https://good.example");
  assert.equal(projectAddress("https://good.example/base/"), "https://good.example/base");
});
