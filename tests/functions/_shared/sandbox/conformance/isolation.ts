import assert from "@std/assert";
import { type Promised, resultOf } from "./rig.ts";

/** Everything that an agent finds before it has declared anything. */
const GLOBALS = [
  ...["AggregateError", "Array", "ArrayBuffer", "BigInt", "BigInt64Array", "BigUint64Array"],
  ...["Boolean", "DataView", "Date", "Error", "EvalError", "Float16Array"],
  ...["Float32Array", "Float64Array", "Function", "Infinity", "Int16Array", "Int32Array"],
  ...["Int8Array", "Iterator", "JSON", "Map", "Math", "NaN", "Number", "Object", "Promise"],
  ...["Proxy", "RangeError", "ReferenceError", "Reflect", "RegExp", "Set", "String", "Symbol"],
  ...["SyntaxError", "TypeError", "URIError", "Uint16Array", "Uint32Array", "Uint8Array"],
  ...["Uint8ClampedArray", "WeakMap", "WeakRef", "WeakSet", "clearInterval", "clearTimeout"],
  ...["console", "decodeURI", "decodeURIComponent", "encodeURI", "encodeURIComponent", "escape"],
  ...["eval", "globalThis", "isFinite", "isNaN", "parseFloat", "parseInt", "queueMicrotask"],
  ...["setInterval", "setTimeout", "undefined", "unescape"],
];

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

  promise("gives every function constructor the same poor world, or none at all", async (play) => {
    const program = `export default async () => {
      const makers = [Function, (async () => {}).constructor, (function* () {}).constructor];
      const worlds = [];
      for (const Maker of makers) {
        try {
          const made = new Maker("return typeof Deno + typeof process + typeof fetch")();
          worlds.push(await (made.next ? made.next().value : made));
        } catch (error) {
          worlds.push(error instanceof EvalError ? "undefined".repeat(3) : String(error));
        }
      }
      return worlds;
    }`;
    const nothing = "undefined".repeat(3);
    assert.deepEqual(resultOf(await play(program)), [nothing, nothing, nothing]);
  });

  promise("shows the same names on every engine, and no others", async (play) => {
    const program = "export default () => Reflect.ownKeys(globalThis).map(String).sort()";
    assert.deepEqual(resultOf(await play(program)), [...GLOBALS].sort());
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

  promise("hands nothing of its own to built-ins that the agent has replaced", async (play) => {
    const program = `
      let seen = null;
      const see = (value) => { seen = { __proto__: null, value, next: seen } };
      const define = Object.defineProperty;
      const descriptor = (from) => Object.assign(Object.create(null), from);
      const then = Promise.prototype.then;
      Promise.prototype.then = function (a, b) { see(this); see(a); see(b); return then.call(this, a, b) };
      define(Promise, Symbol.species, descriptor({ get() { see(this); return Promise } }));
      for (const name of ["then", "get", "set", "value", "timeout", "0", "op", "send"]) {
        define(Object.prototype, name, descriptor({
          configurable: true,
          get() { see(this) },
          set(value) {
            see(this); see(value);
            define(this, name, descriptor({ value, writable: true, configurable: true, enumerable: true }));
          },
        }));
      }
      await null;
      export default async (_input, agent) => {
        await agent.call("echo", 1);
        await import("x").catch(see);
        const top = (value) => { const up = Object.getPrototypeOf(value); return up === null ? value : top(up) };
        let foreign = 0;
        for (; seen; seen = seen.next) {
          const { value } = seen;
          const isObject = typeof value === "object" && value !== null || typeof value === "function";
          if (isObject && top(value) !== Object.prototype) foreign++;
        }
        return foreign;
      }`;
    const tools = { echo: (value: unknown) => Promise.resolve(value) };
    assert.equal(resultOf(await play(program, { tools })), 0);
  });

  promise("shows stacks without lending an object of the host's", async (play) => {
    const program = `export default () => {
      const found = [];
      const prepareStackTrace = (_error, sites) => { found.push(...sites); return "replaced" };
      const replace = [
        () => { Error.prepareStackTrace = prepareStackTrace },
        () => { globalThis.Error = { prepareStackTrace } },
        () => Object.defineProperty(globalThis, "Error", { value: { prepareStackTrace } }),
        () => Object.defineProperty(Error, "prepareStackTrace", { value: prepareStackTrace }),
        () => { Error.captureStackTrace({}) },
      ];
      const stacks = replace.map((change) => {
        try { change() } catch {}
        try { null.x } catch (error) { return String(error.stack) }
      });
      const top = (value) => { const up = Object.getPrototypeOf(value); return up ? top(up) : value };
      return [found.every((site) => top(site) === Object.prototype), stacks.join()];
    }`;
    const [isOwn, stacks] = Object.values(Object(resultOf(await play(program))));
    assert.equal(isOwn, true);
    assert.doesNotMatch(String(stacks), /blob:|ext:|file:|node:|vm\.js/);
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
