import assert from "@std/assert";
import * as z from "zod";
import { person } from "../stack.ts";
import { type Desk, desk } from "./cli.ts";

const FOREVER = "export default async (_, agent) => { agent.log('on'); " +
  "await new Promise((resolve) => setTimeout(resolve, 20_000)); };";

async function pushed(at: Desk, name: string, source: string, more: object = {}): Promise<void> {
  await at.write("agent.js", source);
  await at.write("cloister.json", JSON.stringify({ name, source: "agent.js", ...more }));
  const { code, stderr } = await at.cli(["push"]);
  assert.equal(code, 0, stderr);
}

Deno.test("the exit code of cloister run says how the run ended", async () => {
  await using ann = await desk(await person("ann"));
  await pushed(ann, "fails", "export default () => { throw new RangeError('too far'); };");
  const failed = await ann.cli(["run", "fails"]);
  assert.equal(failed.code, 1);
  assert.equal(failed.stdout, "");
  assert.match(failed.stderr, /failed: RangeError: too far \(1:\d+\)/);
  await pushed(ann, "slow", FOREVER, { policy: { limits: { wall_ms: 300 } } });
  const slow = await ann.cli(["run", "slow", "--json"]);
  assert.equal(slow.code, 5);
  assert.equal(JSON.parse(slow.stdout).status, "timed_out");
  assert.equal((await ann.cli(["run", "nobody"])).code, 2);
  assert.equal((await ann.cli(["run", "fails", "--input", "{"])).code, 2);
  assert.equal((await ann.cli(["run", "--strem"])).code, 2);
  assert.equal((await ann.cli(["ruin"])).code, 2);
  await using nobody = await desk();
  assert.equal((await nobody.cli(["run", "fails"])).code, 3);
});

Deno.test("the first Ctrl-C cancels the run and is told as 130, the second leaves at once", async () => {
  await using ann = await desk(await person("ann"));
  await pushed(ann, "long", FOREVER);
  const watched = ann.start(["run", "long", "--stream"]);
  await watched.says("on");
  watched.interrupt();
  const { code, stderr } = await watched.done;
  assert.equal(code, 130);
  assert.match(stderr, /Cancelling[\s\S]+cancelled/);
  const left = ann.start(["run", "long", "--stream"]);
  await left.says("on");
  left.interrupt();
  left.interrupt();
  assert.equal((await left.done).code, 130);
});

Deno.test("a run that somebody else cancels ends with 5, and cloister cancel says what became of it", async () => {
  await using ann = await desk(await person("ann"));
  await pushed(ann, "long", FOREVER);
  const watched = ann.start(["run", "long"]);
  const id = await runOf(ann);
  assert.match((await ann.cli(["cancel", id])).stdout, /is being cancelled/);
  assert.equal((await watched.done).code, 5);
  assert.match((await ann.cli(["cancel", id])).stdout, /had ended: cancelled/);
  assert.match((await ann.cli(["show", id])).stdout, /long version 1 cancelled/);
});

async function runOf(at: Desk): Promise<string> {
  for (;;) {
    const { stdout } = await at.cli(["runs", "long", "--json"]);
    const [run] = z.array(z.object({ id: z.string() })).parse(JSON.parse(stdout));
    if (run) return run.id;
  }
}

Deno.test("with --json stdout is JSON alone, one event a line for streams, and so are errors", async () => {
  await using ann = await desk(await person("ann"));
  await pushed(
    ann,
    "hello",
    "export default (input, agent) => { agent.log('hi'); return input; };",
  );
  const lists = [["runs"], ["versions"], ["keys", "list"], ["secrets", "list"], ["files", "list"]];
  for (const words of [...lists, ["limits"], ["whoami"], ["run", "-i", "7"], ["run", "-d"]]) {
    const { code, stdout } = await ann.cli([...words, "--json"], { env: { FORCE_COLOR: "1" } });
    assert.equal(code, 0, words.join(" "));
    JSON.parse(stdout);
  }
  const events = (await ann.cli(["run", "--stream", "--json"])).stdout.trim().split("\n");
  const types = events.map((line) => z.object({ type: z.string() }).parse(JSON.parse(line)).type);
  assert.deepEqual(types, ["run.started", "log", "run.succeeded"]);
  const missing = await ann.cli(["show", "run_0", "--json"]);
  assert.equal(missing.stdout, "");
  assert.equal(JSON.parse(missing.stderr).error.code, "invalid_request");
});

Deno.test("without a network cloister says so and ends with 4", async () => {
  await using ann = await desk(await person("ann"));
  const broken = () => Promise.reject(new TypeError("fetch failed", { cause: "ECONNREFUSED" }));
  for (const words of [["whoami"], ["runs", "hello"]]) {
    const { code, stderr } = await ann.cli(words, { fetch: broken });
    assert.equal(code, 4);
    assert.match(stderr, /could not be reached/);
  }
});

Deno.test("a stream that is lost goes on where it was, with each event once, and that is said", async () => {
  await using ann = await desk(await person("ann"));
  await pushed(
    ann,
    "counting",
    "export default async (_, agent) => { for (let i = 0; i < 3; i++) { agent.log(`tick ${i}`); " +
      "await new Promise((resolve) => setTimeout(resolve, 100)); } };",
  );
  let cuts = 0;
  const fetch: typeof globalThis.fetch = async (input, init) => {
    const response = await globalThis.fetch(input, init);
    const isStream = response.headers.get("content-type")?.startsWith("text/event-stream");
    if (!isStream || response.body === null || cuts++ > 0) return response;
    return new Response(response.body.pipeThrough(cutAfter("tick 0")), response);
  };
  const { code, stderr } = await ann.cli(["run", "counting", "--stream"], { fetch });
  assert.equal(code, 0, stderr);
  assert.match(stderr, /connection is lost/);
  assert.deepEqual(stderr.match(/tick \d/g), ["tick 0", "tick 1", "tick 2"]);
});

/** Bytes up to those with this text, and then a broken connection. */
function cutAfter(text: string): TransformStream<Uint8Array<ArrayBuffer>, Uint8Array<ArrayBuffer>> {
  const decoder = new TextDecoder();
  let isOver = false;
  return new TransformStream({
    transform(chunk, controller) {
      if (isOver) return controller.error(new TypeError("network lost"));
      controller.enqueue(chunk);
      isOver = decoder.decode(chunk).includes(text);
    },
  });
}

Deno.test("cloister verify succeeds only if everything was tried and held", async () => {
  await using ann = await desk(await person("ann"));
  const programs = [{ name: "x", want: "error", attempted: "to leave", ending: "left", ms: 1 }];
  const verified = (held: number, breached: number, skipped: number) => () =>
    Promise.resolve(Response.json({
      engine: "process",
      layers: ["worker"],
      held,
      breached,
      skipped,
      programs: programs.map((program) => ({ ...program, held: breached === 0 })),
    }));
  assert.equal((await ann.cli(["verify"], { fetch: verified(1, 0, 0) })).code, 0);
  const breached = await ann.cli(["verify"], { fetch: verified(1, 1, 0) });
  assert.equal(breached.code, 1);
  assert.match(breached.stdout, /BREACHED x: to leave \(left\)/);
  assert.equal((await ann.cli(["verify"], { fetch: verified(1, 0, 1) })).code, 1);
  assert.equal((await ann.cli(["verify"], { fetch: verified(0, 0, 0) })).code, 1);
});

Deno.test("a key that may not stream runs and waits all the same", async () => {
  await using ann = await desk(await person("ann"));
  await pushed(ann, "hello", "export default (input) => input;");
  const scopes = "agents:read,agents:execute";
  const { stdout: key } = await ann.cli(["keys", "create", "ci", "--scope", scopes]);
  const env = { CLOISTER_API_KEY: key.trim() };
  const waited = await ann.cli(["run", "hello", "-i", "7"], { env });
  assert.deepEqual([waited.code, waited.stdout], [0, "7\n"]);
  assert.equal((await ann.cli(["run", "hello", "--stream"], { env })).code, 3);
});
