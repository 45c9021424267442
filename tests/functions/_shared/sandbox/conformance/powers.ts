import assert from "@std/assert";
import { ToolFailure } from "../../../../../supabase/functions/_shared/sandbox/engine.ts";
import { hear, listen, RESPONSE } from "./listen.ts";
import type { Promised } from "./rig.ts";

/** What each method of an agent asks for, as an expression, a tool and its arguments. */
const ASKED: readonly [string, string, unknown][] = [
  ["agent.fetch('https://a.example/')", "fetch", { url: "https://a.example/" }],
  [
    "agent.fetch('https://a.example/', { method: 'POST', headers: { a: 'b' }, body: 'é', timeout_ms: 5, url: 'x' })",
    "fetch",
    {
      url: "https://a.example/",
      method: "POST",
      headers: { a: "b" },
      body: "é",
      timeout_ms: 5,
    },
  ],
  [
    "agent.fetch('u', { method: 'PUT', body: new Uint8Array([0, 255, 16, 7]) })",
    "fetch",
    { url: "u", method: "PUT", body_base64: "AP8QBw==" },
  ],
  [
    "agent.fetch('u', { body: new Uint8Array([9, 1, 2]).subarray(1).buffer })",
    "fetch",
    { url: "u", body_base64: "CQEC" },
  ],
  ["agent.files.read('a.txt')", "files.read", { path: "a.txt", encoding: "utf8" }],
  [
    "agent.files.bytes('a.bin', { offset: 3 })",
    "files.read",
    { path: "a.bin", encoding: "base64", offset: 3 },
  ],
  ["agent.files.write('a', 'text')", "files.write", { path: "a", text: "text" }],
  [
    "agent.files.append('a', new Uint8Array([1, 2]).subarray(1))",
    "files.append",
    { path: "a", base64: "Ag==" },
  ],
  ["agent.files.list()", "files.list", {}],
  ["agent.files.list('docs/', { after: 'b' })", "files.list", { prefix: "docs/", after: "b" }],
  ["agent.files.stat('a')", "files.stat", { path: "a" }],
  ["agent.files.delete('a')", "files.delete", { path: "a" }],
  ["agent.shell('ls | head')", "shell", { command: "ls | head" }],
  ["agent.llm({ model: 'm', messages: [] })", "llm", { model: "m", messages: [] }],
  ["agent.llm.stream({ model: 'm', stream: 'x' }).next()", "llm", { model: "m", stream: true }],
  ["agent.search('q', { count: 3 })", "search", { query: "q", count: 3 }],
  [
    "agent.github('get_file', { repository: 'a/b', action: 'x' })",
    "github",
    { action: "get_file", repository: "a/b" },
  ],
  ["agent.email({ to: ['a@b.example'] })", "email", { to: ["a@b.example"] }],
  [
    "agent.email({ attachments: [{ filename: 'a.txt', content: 'é' }, { filename: 'b', content: new Uint8Array([1]) }, { content_base64: 'AQ==' }] })",
    "email",
    {
      attachments: [
        { filename: "a.txt", content_base64: "w6k=" },
        { filename: "b", content_base64: "AQ==" },
        { content_base64: "AQ==" },
      ],
    },
  ],
];

/** What {@link ASKED} gets as answers, so that each method has something to read. */
const ANSWER = { ...RESPONSE, text: "t", base64: "AQID", stream: "s", delta: "d" };

/** Breaks everything in reach but what promises themselves look at: then nobody could await. */
const VANDAL = `
  const { defineProperty, getOwnPropertyDescriptor, getPrototypeOf } = Object;
  const { ownKeys } = Reflect;
  const broken = () => { throw "broken" };
  const own = [Object, Function, Array, String, Number, Symbol, JSON, Reflect, Promise, Error, Math,
    ArrayBuffer, Uint8Array, getPrototypeOf(Uint8Array), globalThis, (async () => {}).constructor];
  const keep = new Set(["prototype", "constructor", "Error", Symbol.species]);
  const trap = { __proto__: null, configurable: true, get: broken, set: broken };
  const targets = own.flatMap((root) => [root, root.prototype].filter(Boolean));
  const victims = targets.flatMap((target) => ownKeys(target).map((key) => [target, key]));
  for (const key of ["body", "url", "path", "encoding", "value", "done", "code", "get", "set"]) {
    defineProperty(Object.prototype, key, trap);
  }
  for (let i = 0; i < victims.length; i++) {
    const target = victims[i][0];
    const key = victims[i][1];
    if (getOwnPropertyDescriptor(target, key).configurable && !keep.has(key)) {
      defineProperty(target, key, trap);
    }
  }
`;

/** What agents ask for by name is made of calls alone, and the same on every engine. */
export function powers(promise: Promised): void {
  promise("asks for what each of the agent's methods stands for", async (play) => {
    const { heard, tools } = listen(() => ANSWER);
    const lines = ASKED.map(([expression]) => `await ${expression};`).join("\n");
    await hear(play, `export default async (_i, agent) => {\n${lines}\n}`, tools);
    const asked = heard.filter(([tool]) => tool !== "stream.next");
    assert.deepEqual(asked, ASKED.map(([, tool, args]) => [tool, args]));
  });

  promise("streams an answer, and ends it when the loop is left", async (play) => {
    const pieces = ["a", "b", "c"];
    const { heard, tools } = listen((tool, args) => {
      if (tool === "llm") return { stream: "s1" };
      const count = heard.filter(([name]) => name === "stream.next").length;
      if (tool !== "stream.next") return null;
      assert.deepEqual(args, { stream: "s1" });
      const delta = pieces[(count - 1) % 4];
      return delta === undefined ? { value: { text: "abc" } } : { delta };
    });
    const program = `export default async (_i, agent) => {
      const seen = [];
      const whole = agent.llm.stream({ model: "m" });
      for await (const piece of whole) seen.push(piece);
      seen.push(await whole.result(), await whole.next());
      for await (const piece of agent.llm.stream({ model: "m" })) { seen.push(piece); break; }
      await agent.llm.stream({ model: "m" }).return();
      return seen;
    }`;
    assert.deepEqual(await hear(play, program, tools), [
      ...["a", "b", "c", { text: "abc" }, { done: true }, "a"],
    ]);
    const next = "stream.next";
    assert.deepEqual(
      heard.map(([tool]) => tool),
      ["llm", next, next, next, next, "llm", next, "stream.close"],
    );
  });

  promise("rejects what is refused with its code, from whichever method", async (play) => {
    const { tools } = listen((tool) => {
      if (tool === "llm") return { stream: "s" };
      throw new ToolFailure("over_ceiling", `no ${tool}`);
    });
    const program = `export default async (_i, agent) => {
      const codes = [];
      const works = [() => agent.fetch("u"), () => agent.files.read("a"), () => agent.shell("ls"),
        () => agent.email({}), () => agent.llm.stream({}).next(), () => agent.llm.stream({}).result()];
      for (const work of works) await work().catch((e) => codes.push(e.name + " " + e.code + " " + e.message));
      return codes;
    }`;
    const names = ["fetch", "files.read", "shell", "email", "stream.next", "stream.next"];
    assert.deepEqual(
      await hear(play, program, tools),
      names.map((name) => `ToolError over_ceiling no ${name}`),
    );
  });

  promise("refuses what is neither text nor bytes, and asks nobody", async (play) => {
    const { heard, tools } = listen(() => null);
    const program = `export default async (_i, agent) => {
      const names = [];
      const works = [() => agent.fetch("u", "options"), () => agent.fetch("u", null),
        () => agent.fetch("u", { body: {} }), () => agent.files.write("a", 1),
        () => agent.files.write("a", new Uint16Array(2)), () => agent.search("q", 5),
        () => agent.files.write("a", Object.create(Uint8Array.prototype))];
      for (const work of works) await work().catch((e) => names.push(e.name));
      return names;
    }`;
    assert.deepEqual(await hear(play, program, tools), Array(7).fill("TypeError"));
    assert.deepEqual(heard, []);
  });

  promise("gives an agent that cannot be changed, down to its last method", async (play) => {
    const program = `export default (_i, agent) => {
      const loose = [];
      const walk = (value, path) => {
        if (typeof value !== "object" && typeof value !== "function" || value === null) return;
        if (!Object.isFrozen(value)) loose.push(path);
        for (const key of Reflect.ownKeys(value)) walk(value[key], path + "." + String(key));
      };
      walk(agent, "agent");
      return [loose, Object.keys(agent).sort(), Object.keys(agent.files).sort()];
    }`;
    assert.deepEqual(await hear(play, program, {}), [
      [],
      ["call", "email", "fetch", "files", "github", "llm", "log", "output", "search", "shell"],
      ["append", "bytes", "delete", "list", "read", "stat", "write"],
    ]);
  });

  promise("asks and answers alike in a world that its agent has broken", async (play) => {
    const { heard, tools } = listen((tool) => {
      if (tool === "nothing") throw new ToolFailure("unknown_tool", "no such tool");
      return ANSWER;
    });
    const lines = ASKED.map(([expression]) => expression).filter((line) => !line.includes("new "));
    const program = `export default async (_i, agent) => {
      const bytes = new Uint8Array([0, 255, 16, 7]);
      ${VANDAL}
      ${lines.map((line) => `await ${line};`).join("\n")}
      await agent.files.write("a", bytes);
      const response = await agent.fetch("u");
      agent.output(await response.text());
      agent.output(response.headers.get("Content-Type"));
      try { await agent.call("nothing") } catch (error) { agent.output(error.code) }
    }`;
    const played = await play(program, { tools, limits: { cpuMs: 500 } });
    assert.equal(played.ending.status, "succeeded", played.ending.error?.message);
    const asked = heard.filter(([tool]) => tool !== "stream.next").slice(0, lines.length);
    const expected = ASKED.filter(([line]) => !line.includes("new "));
    assert.deepEqual(asked, expected.map(([, tool, args]) => [tool, args]));
    assert.deepEqual(heard.at(-3), ["files.write", { path: "a", base64: "AP8QBw==" }]);
    const outputs = played.events.filter((event) => event.type === "output");
    assert.deepEqual(outputs.map(({ value }) => JSON.parse(value)), [
      ...['[1,"é😀"]', "text/plain", "unknown_tool"],
    ]);
  });
}
