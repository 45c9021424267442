import assert from "@std/assert";
import {
  ANY_TOOL,
  type Tool,
  ToolFailure,
} from "../../../../../supabase/functions/_shared/sandbox/engine.ts";
import { failureOf, type Promised, resultOf } from "./rig.ts";

const echo: Tool = (value) => Promise.resolve(value);
const anyTool: Tool = (value, _signal, name) => Promise.resolve([name, value]);
const CALL =
  "export default (input, agent) => agent.call(...input).catch((e) => [e.name, e.message, e.code])";

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
    assert.deepEqual(resultOf(played), ["ToolError", "the page is gone", "tool_failed"]);
    assert.equal(
      played.events.at(-1)?.type === "tool.result" && played.events.at(-1),
      played.events.at(-1),
    );
  });

  promise("rejects a call with the tool's own code, and keeps its cause from it", async (play) => {
    const cause = new Error("the key was sk-123");
    const denied = () => Promise.reject(new ToolFailure("host_denied", "not there", { cause }));
    const program = `export default (_i, agent) => agent.call("denied").catch((e) =>
      [Object.keys(e), e.code, String(e), JSON.stringify(e), String(e.cause), e.stack.includes("sk-")])`;
    const played = await play(program, { tools: { denied } });
    assert.deepEqual(
      resultOf(played),
      [[], "host_denied", "ToolError: not there", "{}", "undefined", false],
    );
  });

  promise(
    "asks the tool for any name for what no other tool has, and tells it the name",
    async (play) => {
      const names = [
        "echo",
        "files.read",
        "",
        "constructor",
        "__proto__",
        " echo",
        "*",
        "漢\ud800",
      ];
      const tools = { echo, [ANY_TOOL]: anyTool };
      for (const name of names) {
        const expected = name === "echo" ? 7 : [name, 7];
        assert.deepEqual(resultOf(await play(CALL, { input: [name, 7], tools })), expected);
      }
    },
  );

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
      const played = await play(CALL, { input: [name, 1], tools: { echo } });
      assert.deepEqual(resultOf(played), ["ToolError", "no such tool", "unknown_tool"]);
    }
  });

  promise("lets only so many calls be under way at once, and makes all in turn", async (play) => {
    let underWay = 0;
    let most = 0;
    const three = Promise.withResolvers<void>();
    const busy: Tool = async (value) => {
      most = Math.max(most, ++underWay);
      if (most >= 3) three.resolve();
      await three.promise;
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
        }.repeat(${text.length})).catch((e) => e.code)`;
        assert.equal(resultOf(await play(program, { tools, limits })), "arguments_too_large");
      }
      assert.deepEqual(seen, []);
      const given = await play(CALL, { input: ["give"], tools, limits });
      assert.match(JSON.stringify(resultOf(given)), /too large","result_too_large"/);
    },
  );

  promise("refuses arguments of 10 MB, wherever in them the size is, and goes on", async (play) => {
    const calls: unknown[] = [];
    const tools = { [ANY_TOOL]: (args: unknown) => Promise.resolve(void calls.push(args)) };
    const works = [
      "agent.call('echo', huge)",
      "agent.call('echo', { a: [{ b: huge }] })",
      "agent.files.write('a', huge)",
      "agent.files.write('a', new Uint8Array(1e7))",
      "agent.fetch('https://a.example/', { method: 'POST', body: huge })",
      "agent.llm({ messages: [{ role: 'user', content: huge }] })",
    ];
    for (const work of works) {
      const program = `export default async (_i, agent) => {
        const huge = ${work.includes("huge") ? '"x".repeat(1e5).repeat(100)' : "null"};
        const code = await ${work}.catch((e) => e.code);
        return [code, await agent.call("small", 1)];
      }`;
      const played = await play(program, { tools, limits: { cpuMs: 500 } });
      assert.deepEqual(resultOf(played), ["arguments_too_large", null]);
    }
    assert.deepEqual(calls, works.map(() => 1));
  });

  promise("carries keys of prototypes as plain keys, in both directions", async (play) => {
    const text = '{"__proto__":{"polluted":1},"constructor":{"prototype":{"polluted":2}},"a":1}';
    const heard: string[] = [];
    const tools = {
      [ANY_TOOL]: (args: unknown) => {
        heard.push(JSON.stringify(args), String(Object(args).polluted));
        return Promise.resolve(JSON.parse(text));
      },
    };
    const program = `export default async (text, agent) => {
      const answer = await agent.call("echo", JSON.parse(text));
      const searched = await agent.search("q", JSON.parse(text));
      return [JSON.stringify(answer), JSON.stringify(searched), answer.polluted, ({}).polluted].map(String);
    }`;
    const played = await play(program, { input: text, tools });
    assert.deepEqual(resultOf(played), [text, text, "undefined", "undefined"]);
    assert.deepEqual(heard, [text, "undefined", text.replace(/}$/, ',"query":"q"}'), "undefined"]);
    assert.equal("polluted" in {}, false);
  });

  promise("ends a run whose call never finishes at its time, and aborts the call", async (play) => {
    const aborted: string[] = [];
    const never: Tool = (_args, signal, name) =>
      new Promise(() => signal.addEventListener("abort", () => aborted.push(name)));
    const played = await play("export default (_i, agent) => agent.call('never')", {
      tools: { [ANY_TOOL]: never },
      limits: { wallMs: 60 },
    });
    assert.equal(failureOf(played), "timed_out/wall_limit");
    assert.deepEqual(aborted, ["never"]);
  });

  promise("goes on beside a call that never finishes", async (play) => {
    const tools = { never: () => new Promise(() => {}), echo };
    const program = `export default async (_i, agent) => {
      const late = new Promise((resolve) => setTimeout(resolve, 5, "late"));
      return [await Promise.race([agent.call("never"), late]), await agent.call("echo", 2)];
    }`;
    assert.deepEqual(resultOf(await play(program, { tools })), ["late", 2]);
  });

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

  promise("rejects a call whose result is nested without reason", async (play) => {
    const deep = () => Promise.resolve(JSON.parse("[".repeat(400) + "]".repeat(400)));
    const [name, message, code] = Object.values(
      Object(resultOf(await play(CALL, { input: ["deep"], tools: { deep } }))),
    );
    assert.deepEqual([name, code], ["ToolError", "result_too_large"]);
    assert.match(String(message), /nested too deeply/);
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
