import assert from "@std/assert";
import { type Promised, resultOf } from "./rig.ts";

const ECHO = "export default (input) => input";

/** Values cross the border as JSON and nothing else, and come back as they went. */
export function values(promise: Promised): void {
  for (
    const [what, value] of [
      ["scripts of the world", "żółć 漢字 עברית 👩‍👩‍👧 é"],
      ["lone surrogates", "a\ud800b\udc00c"],
      ["zero characters", "a\u0000b\u2028"],
      ["hostile keys", JSON.parse('{"__proto__":{"a":1},"constructor":2,"":3,"a\\u0000b":4}')],
      ["numbers at the edge", [0.1 + 0.2, 5e-324, 1.7976931348623157e308, -0.5, 9007199254740991]],
      ["nesting of a hundred levels", JSON.parse("[".repeat(100) + "]".repeat(100))],
      ["a hundred thousand characters", "x€".repeat(50_000)],
    ] as const
  ) {
    promise(`carries ${what} in and out unchanged`, async (play) => {
      assert.deepEqual(resultOf(await play(ECHO, { input: value })), value);
    });

    promise(`carries ${what} to a tool and back unchanged`, async (play) => {
      const got: unknown[] = [];
      const tools = {
        echo: (args: unknown) => {
          got.push(args);
          return Promise.resolve(args);
        },
      };
      const program = "export default (input, agent) => agent.call('echo', input)";
      assert.deepEqual(resultOf(await play(program, { input: value, tools })), value);
      assert.deepEqual(got, [value]);
    });
  }

  promise("carries surrogates and zero characters in logs", async (play) => {
    const { events } = await play("export default (text) => console.log(text)", {
      input: "\ud800\u0000",
    });
    assert.deepEqual(events, [{ type: "log", level: "info", message: "\ud800\u0000" }]);
  });

  promise(
    "writes dates, typed arrays, maps and numbers that are none as JSON does",
    async (play) => {
      const program = `export default () => ({
      date: new Date(86400000), bytes: new Uint8Array([1, 2]), map: new Map([[1, 2]]),
      none: [NaN, Infinity, undefined, () => 1], gone: undefined, custom: { toJSON: () => "mine" },
    })`;
      assert.deepEqual(resultOf(await play(program)), {
        date: "1970-01-02T00:00:00.000Z",
        bytes: { 0: 1, 1: 2 },
        map: {},
        none: [null, null, null, null],
        custom: "mine",
      });
    },
  );

  promise("computes with big integers", async (play) => {
    const program = "export default () => String(3n ** 200n % (10n ** 30n + 57n))";
    assert.equal(resultOf(await play(program)), String(3n ** 200n % (10n ** 30n + 57n)));
  });

  promise("lives in universal time, and knows what time it is", async (play) => {
    const program = "export default () => [new Date(2026, 0, 1).getTime(), Date.now()]";
    const before = Date.now();
    const [newYear, now] = Object.values(Object(resultOf(await play(program)))).map(Number);
    assert.equal(newYear, Date.UTC(2026, 0, 1));
    assert.ok(now !== undefined && now >= before && now <= Date.now());
  });

  promise("draws random numbers that differ from run to run", async (play) => {
    const program = "const early = Math.random();\nexport default () => [early, Math.random()]";
    const drawn = new Set<unknown>();
    for (let run = 0; run < 5; run++) {
      for (const number of Object.values(Object(resultOf(await play(program))))) drawn.add(number);
    }
    assert.equal(drawn.size, 10);
    for (const number of drawn) assert.ok(Number(number) >= 0 && Number(number) < 1);
  });
}
