import assert from "@std/assert";
import process from "node:process";
import type { Engine } from "../../supabase/functions/_shared/sandbox/engine.ts";
import { openRange } from "./harness.ts";
import { TELLS_PROCESSES } from "./oracles/processes.ts";
import type { Attack, Want } from "./program.ts";
import { makeWeak } from "./weak.ts";

const NOTHING = () => {};

/** Plays one program on an engine and tells what the oracles say. */
async function breachesOf(engine: Engine, want: Want, source: string): Promise<string[]> {
  const attack: Attack = {
    name: "test",
    want,
    run: "once",
    attempted: "",
    breachesNaively: false,
    safe: false,
    source,
  };
  await using range = await openRange(engine);
  return (await range.attempt(attack)).breaches;
}

const HARMLESS = 'export default (_i, agent) => (agent.log("ATTACK"), 1)';

function startLoop(): Deno.ChildProcess {
  const args = ["-c", "while :; do :; done"];
  return new Deno.Command("sh", { args, stdin: "null", stdout: "inherit", stderr: "null" }).spawn();
}

const HOLES: readonly (readonly [string, () => Engine, RegExp])[] = [
  [
    "a secret that was read",
    () => makeWeak(() => Deno.readTextFile("../secrets/secret.txt")),
    /secret\.txt was touched/,
  ],
  ["a file that was left", () => makeWeak(() => Deno.writeTextFile("left", "")), /left appeared/],
  [
    "a temporary file",
    () => makeWeak(() => Deno.makeTempFile({ suffix: "-left" })),
    /-left appeared/,
  ],
  [
    "a line that was printed",
    () => makeWeak(() => console.error("INJECT")),
    /printed "INJECT"/,
  ],
  [
    "a line that was printed past the console",
    () => makeWeak(() => process.stdout.write("INJECT")),
    /printed "INJECT"/,
  ],
  [
    "an event loop that stands still",
    () => makeWeak(() => spin(1_700)),
    /event loop stood still/,
  ],
  [
    "an ending that is missing",
    () => makeWeak(NOTHING, (event) => Object(event).type !== "ending" && event),
    /no ending/,
  ],
  [
    "an event that is none",
    () => makeWeak(NOTHING, (event) => ({ ...event, extra: 1 })),
    /no ending/,
  ],
  [
    "an event that was forged",
    () =>
      makeWeak(
        NOTHING,
        (event) => event.type === "ending" ? { ...event, output: '"FORGED"' } : event,
      ),
    /a forged frame was believed/,
  ],
  [
    "an answer that nobody asked for",
    () =>
      makeWeak(
        NOTHING,
        (event) =>
          event.type === "log"
            ? { type: "tool.result", call: 7, tool: "echo", ok: true, ms: 1 }
            : event,
      ),
    /nobody asked for/,
  ],
  [
    "a tool that is called after the end",
    () =>
      makeWeak(({ tools }) =>
        void setTimeout(() => void tools.echo?.(1, AbortSignal.abort(), "echo"), 40)
      ),
    /called after the end/,
  ],
];

for (const [what, make, expected] of HOLES) {
  Deno.test(`the oracles see ${what}`, async () => {
    assert.match((await breachesOf(make(), "harmless", HARMLESS)).join("; "), expected);
  });
}

Deno.test("the oracles see a connection, even one that says nothing", async () => {
  const engine = makeWeak(async ({ program }) => {
    const port = Number(/127\.0\.0\.1:(\d+)/.exec(program)?.[1]);
    (await Deno.connect({ hostname: "127.0.0.1", port })).close();
  });
  const source = `${HARMLESS} // 127.0.0.1:47811`;
  assert.match((await breachesOf(engine, "harmless", source)).join(), /egress/);
});

Deno.test("the oracles see a built-in object that was changed", async () => {
  const engine = makeWeak(() => Object.assign(Array.prototype, { polluted: 1 }));
  try {
    assert.match((await breachesOf(engine, "harmless", HARMLESS)).join(), /built-in objects/);
  } finally {
    Reflect.deleteProperty(Array.prototype, "polluted");
  }
});

Deno.test({
  name: "the oracles see a process that is left, its loop, and its hold on the host's output",
  ignore: !TELLS_PROCESSES,
  async fn() {
    const started: Deno.ChildProcess[] = [];
    const engine = makeWeak(() => started.push(startLoop()));
    try {
      const seen = (await breachesOf(engine, "harmless", HARMLESS)).join("; ");
      for (const part of [/1 more processes/, /cores are still used/, /host's own output/]) {
        assert.match(seen, part);
      }
    } finally {
      for (const child of started) {
        child.kill("SIGKILL");
        await child.status;
      }
    }
  },
});

Deno.test("the oracles see nothing where there is nothing", async () => {
  assert.deepEqual(await breachesOf(makeWeak(NOTHING), "harmless", HARMLESS), []);
});

Deno.test("a program that is not stopped, and one that says it got out, count as breaches", async () => {
  const engine = makeWeak(NOTHING);
  assert.match((await breachesOf(engine, "timeout", HARMLESS)).join(), /succeeded instead of/);
  const source = "export default () => ({ breach: 1 })";
  assert.match((await breachesOf(engine, "harmless", source)).join(), /it reports/);
});

function spin(ms: number): void {
  const started = performance.now();
  while (performance.now() - started < ms);
}
