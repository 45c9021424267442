import assert from "@std/assert";
import type { Tool } from "../../../../../supabase/functions/_shared/sandbox/engine.ts";
import { failureOf, type Promised, resultOf } from "./rig.ts";

const echo: Tool = (value) => Promise.resolve(value);
const CALL =
  "export default (input, agent) => agent.call(...input).catch((e) => [e.name, e.message])";

/** Tools are the only way out, and they see JSON only. */
export function tools(promise: Promised): void {
  promise("answers a call with the tool's result, and tells both as events", async (play) => {
    const played = await play(CALL, { input: ["echo", { a: 1 }], tools: { echo } });
    assert.deepEqual(resultOf(played), { a: 1 });
    const told = played.events.map((event) =>
      event.type === "tool.result" ? { ...event, ms: 0 } : event
    );
    assert.deepEqual(told, [
      { type: "tool.call", call: 1, tool: "echo" },
      { type: "tool.result", call: 1, tool: "echo", ok: true, ms: 0 },
    ]);
  });

  promise("rejects a call with the tool's own message", async (play) => {
    const fails = () => Promise.reject(new Error("the page is gone"));
    const played = await play(CALL, { input: ["fails"], tools: { fails } });
    assert.deepEqual(resultOf(played), ["ToolError", "the page is gone"]);
    assert.equal(
      played.events.at(-1)?.type === "tool.result" && played.events.at(-1),
      played.events.at(-1),
    );
  });

  promise("rejects a call when a tool throws, throws nonsense or answers no JSON", async (play) => {
    const tools = {
      throws: () => {
        throw new Error("at once");
      },
      nonsense: () => Promise.reject(undefined),
      cycle: () => {
        const a: Record<string, unknown> = {};
        return Promise.resolve(a.a = a);
      },
    };
    for (const name of Object.keys(tools)) {
      const [kind, message] = Object.values(
        Object(resultOf(await play(CALL, { input: [name], tools }))),
      );
      assert.equal(kind, "ToolError");
      assert.ok(String(message).length > 0 && String(message).length <= 300);
    }
  });

  promise("knows no tool but its own: no prototype, no odd name", async (play) => {
    const names = [
      "nope",
      "",
      "constructor",
      "__proto__",
      "toString",
      "hasOwnProperty",
      " echo",
      "ECHO",
      "echo\0",
    ];
    for (const name of names) {
      const [kind, message] = Object.values(
        Object(resultOf(await play(CALL, { input: [name, 1], tools: { echo } }))),
      );
      assert.equal(kind, "ToolError");
      assert.match(String(message), /no such tool/);
    }
  });

  promise("lets only so many calls be under way at once, and makes all in turn", async (play) => {
    let underWay = 0;
    let most = 0;
    const busy: Tool = async (value) => {
      most = Math.max(most, ++underWay);
      await new Promise((resolve) => setTimeout(resolve, 1));
      underWay--;
      return value;
    };
    const program =
      "export default (_i, agent) => Promise.all(Array.from({ length: 20 }, (_, i) => agent.call('busy', i)))";
    const played = await play(program, { tools: { busy }, limits: { toolConcurrency: 3 } });
    assert.deepEqual(resultOf(played), Array.from({ length: 20 }, (_, i) => i));
    assert.equal(most, 3);
  });

  promise(
    "refuses arguments and results that are too large, before anybody copies them",
    async (play) => {
      const limits = { toolBytes: 1_000 };
      const seen: unknown[] = [];
      const tools = {
        take: (value: unknown) => Promise.resolve(void seen.push(value)),
        give: () => Promise.resolve("x".repeat(1_001)),
      };
      for (const text of ["x".repeat(1_001), "€".repeat(400), "x".repeat(2_000_000)]) {
        const program = `export default (_i, agent) => agent.call("take", ${
          JSON.stringify(text.slice(0, 1))
        }.repeat(${text.length})).catch((e) => e.message)`;
        assert.match(String(resultOf(await play(program, { tools, limits }))), /too large/);
      }
      assert.deepEqual(seen, []);
      const given = await play(CALL, { input: ["give"], tools, limits });
      assert.match(JSON.stringify(resultOf(given)), /too large/);
    },
  );

  promise("refuses arguments that are no JSON without calling anybody", async (play) => {
    const program = `export default async (_i, agent) => {
      const names = [];
      for (const args of [1n, () => 1, Symbol("x")]) await agent.call("echo", args).catch((e) => names.push(e.name));
      return names;
    }`;
    const played = await play(program, { tools: { echo } });
    assert.deepEqual(resultOf(played), ["TypeError", "TypeError", "TypeError"]);
    assert.deepEqual(played.events, []);
  });

  promise("takes JSON that is nested without reason for a breach of contract", async (play) => {
    const program =
      "export default (_i, agent) => { let a = []; for (let i = 0; i < 400; i++) a = [a]; return agent.call('echo', a) }";
    assert.equal(failureOf(await play(program, { tools: { echo } })), "failed/contract");
  });

  promise("makes no call after the result, whatever was left behind", async (play) => {
    let calls = 0;
    const count: Tool = () => Promise.resolve(void calls++);
    const program = `export default (_i, agent) => {
      const haunt = () => agent.call("count").then(haunt, haunt);
      haunt(); setInterval(haunt, 1); Promise.resolve().then(() => { for (;;) agent.call("count") });
      return "gone";
    }`;
    const played = await play(program, { tools: { count } });
    const then = calls;
    await new Promise((resolve) => setTimeout(resolve, 20));
    assert.equal(calls, then);
    assert.ok(["succeeded", "failed"].includes(played.ending.status));
  });

  promise("aborts a tool that is under way when the run ends", async (play) => {
    const aborted: boolean[] = [];
    const slow: Tool = (_args, signal) =>
      new Promise((resolve) => {
        signal.addEventListener("abort", () => {
          aborted.push(true);
          resolve(null);
        });
      });
    const program =
      "export default (_i, agent) => { agent.call('slow'); return new Promise((r) => setTimeout(() => r(1), 5)) }";
    assert.equal(resultOf(await play(program, { tools: { slow } })), 1);
    assert.deepEqual(aborted, [true]);
  });
}
