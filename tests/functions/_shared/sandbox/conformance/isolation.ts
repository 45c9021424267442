import assert from "@std/assert";
import { type Promised, resultOf } from "./rig.ts";

/** Nothing but the language exists in a guest, and nothing of a run outlives it. */
export function isolation(promise: Promised): void {
  promise("knows no ambient authority", async (play) => {
    const names = [
      ...["Deno", "process", "require", "module", "fetch", "WebSocket", "XMLHttpRequest", "Worker"],
      ...[
        "caches",
        "localStorage",
        "navigator",
        "BroadcastChannel",
        "SharedArrayBuffer",
        "Atomics",
      ],
      ...["WebAssembly", "performance", "self", "window", "global", "postMessage", "importScripts"],
    ];
    const program = "export default (names) => names.filter((name) => name in globalThis)";
    assert.deepEqual(resultOf(await play(program, { input: names })), []);
  });

  promise("gives every function constructor the same poor world", async (play) => {
    const program = `export default async () => {
      const makers = [Function, (async () => {}).constructor, (function* () {}).constructor];
      const worlds = [];
      for (const Maker of makers) {
        const made = new Maker("return typeof Deno + typeof process + typeof fetch")();
        worlds.push(await (made.next ? made.next().value : made));
      }
      return worlds;
    }`;
    const nothing = "undefined".repeat(3);
    assert.deepEqual(resultOf(await play(program)), [nothing, nothing, nothing]);
  });

  promise("hands out objects of the guest's own realm only", async (play) => {
    const program = `export default async (input, agent) => {
      const all = [input, agent, agent.call, console.log, setTimeout, agent.call("echo", 1)];
      all.push(await agent.call("echo", { a: [{}] }));
      for (const fail of [() => agent.call("nope"), () => import("x"), () => agent.output(1n), () => agent.call("fails")]) {
        try { await fail() } catch (error) { all.push(error, error.constructor) }
      }
      const top = (value) => { const up = Object.getPrototypeOf(value); return up ? top(up) : value };
      return all.every((value) => top(value) === Object.prototype);
    }`;
    const tools = {
      echo: (value: unknown) => Promise.resolve(value),
      fails: () => Promise.reject(new Error("x")),
    };
    assert.equal(resultOf(await play(program, { input: { a: 1 }, tools })), true);
  });

  promise("starts every run in an untouched world", async (play) => {
    const program = `export default () => {
      const marks = [globalThis.mark, [].mark, ({}).mark, Math.mark, (() => 0).mark].filter(Boolean);
      for (const place of [globalThis, Array.prototype, Object.prototype, Math, Function.prototype]) place.mark = 1;
      return marks.length;
    }`;
    for (let run = 0; run < 3; run++) assert.equal(resultOf(await play(program)), 0);
  });

  promise("keeps two runs at the same time apart", async (play) => {
    const program = `export default async (name, agent) => {
      globalThis.name ??= name;
      const heard = [];
      for (let i = 0; i < 5; i++) heard.push(await agent.call("echo", globalThis.name));
      return new Set(heard).size === 1 && heard[0] === name;
    }`;
    const tools = { echo: (value: unknown) => Promise.resolve(value) };
    const names = ["a", "b", "c", "d", "e", "f"];
    const played = await Promise.all(names.map((input) => play(program, { input, tools })));
    assert.deepEqual(played.map(resultOf), names.map(() => true));
  });

  promise("cannot be made to poison the host's objects", async (play) => {
    const result = '{"__proto__":{"polluted":1},"constructor":{"prototype":{"polluted":1}}}';
    await play(`export default () => JSON.parse('${result}')`);
    assert.ok(!("polluted" in {}));
  });
}
