/**
 * The first code in every guest: it builds the agent's world on the one function `host`. What is
 * made of calls alone, `powers` makes of them: see `powers.js`.
 *
 * It is never called here: its text is evaluated inside QuickJS or a realm of V8. So it is one self-contained
 * function, whatever its length, and it takes what it needs from the realm before the agent can
 * change it. It guards correctness only: the wall is `host`, which trusts nothing that it is told.
 */
export function guest(host, OP, powers) {
  "use strict";
  const { parse, stringify } = JSON;
  const { apply, ownKeys } = Reflect;
  const { create, defineProperty, freeze } = Object;
  const then = Promise.prototype.then;
  const { isArray } = Array;
  const { slice, split } = String.prototype;
  const [G, E, S, P, N, T, R] = [globalThis, Error, String, Promise, Number, TypeError, RangeError];
  const resolved = P.resolve();
  const MAX_TIMERS = 256;
  const MAX_LOOKS = 64;

  /** Filled in by `configure`: how much may cross the border at once. */
  let bounds = { output: 0, log: 0, tool: 0, toolCalls: 0, toolConcurrency: 0 };

  const define = (target, name, value) =>
    defineProperty(target, name, { __proto__: null, value, writable: true, configurable: true });
  const cut = (text, length) => text.length > length ? apply(slice, text, [0, length]) : text;
  const json = (value) => {
    const text = stringify(value === undefined ? null : value);
    if (text === undefined) throw new T("the value cannot be written as JSON");
    return text;
  };
  /** Ends the run when a text is so long that it must not even be offered to the host. */
  const within = (text, most, which) => text.length > most ? host(OP.exceed, which) : text;

  /** Text of anything, for people. */
  const show = (value) => {
    if (typeof value === "string") return value;
    try {
      if (value instanceof E) return S(value.name) + ": " + S(value.message);
      const text = typeof value === "object" ? stringify(value) : undefined;
      return text === undefined ? S(value) : text;
    } catch {
      return "[unprintable]";
    }
  };
  const log = (level, message, fields) => {
    within(message, bounds.log, "log");
    const text = fields === undefined ? "" : within(json(fields), bounds.log, "log");
    host(OP.log, level, stringify(message), text);
  };

  const console = {};
  const levels = ["debug", "log", "info", "warn", "error"];
  for (let i = 0; i < levels.length; i++) {
    const level = levels[i] === "log" ? "info" : levels[i];
    console[levels[i]] = (...values) => {
      let text = "";
      for (let j = 0; j < values.length; j++) {
        text += (j ? " " : "") + show(values[j]);
        within(text, bounds.log, "log");
      }
      log(level, text, undefined);
    };
  }
  define(G, "console", console);

  const timers = create(null);
  let timerCount = 0;
  let lastTimer = 0;
  const arm = (callback, delay, every, values) => {
    if (typeof callback !== "function") throw new T("a timer needs a function");
    if (timerCount >= MAX_TIMERS) throw new R("too many timers are pending");
    const ms = N(delay);
    const timer = { callback, ms: ms > 0 && ms < 2147483648 ? ms : 0, every, values };
    timers[++lastTimer] = timer;
    timerCount++;
    host(OP.arm, lastTimer, timer.ms);
    return lastTimer;
  };
  const disarm = (id) => {
    const key = typeof id === "number" ? id : 0;
    if (!timers[key]) return;
    delete timers[key];
    timerCount--;
    host(OP.disarm, key);
  };
  define(G, "setTimeout", (callback, ms, ...values) => arm(callback, ms, false, values));
  define(G, "setInterval", (callback, ms, ...values) => arm(callback, ms, true, values));
  define(G, "clearTimeout", (id) => disarm(id));
  define(G, "clearInterval", (id) => disarm(id));
  const fire = (id) => {
    const timer = timers[id];
    if (!timer) return;
    if (timer.every) host(OP.arm, id, timer.ms);
    else {
      delete timers[id];
      timerCount--;
    }
    apply(timer.callback, undefined, timer.values);
  };

  /** `code` says why to programs, the message to people. */
  class ToolError extends E {
    constructor(code, message) {
      super(message);
      define(this, "code", code);
    }
  }
  define(ToolError.prototype, "name", "ToolError");
  const pending = create(null);
  const waiting = create(null);
  let called = 0;
  let sent = 0;
  let underWay = 0;
  const send = () => {
    while (underWay < bounds.toolConcurrency && sent < called) {
      const { name, text } = waiting[++sent];
      delete waiting[sent];
      underWay++;
      host(OP.call, sent, name, text);
    }
  };
  /** Throws for arguments of a length that never passes. */
  const fit = (length) => {
    if (length <= bounds.tool) return;
    throw new ToolError("arguments_too_large", "the arguments are too large");
  };
  /** A huge text in them is refused before it is copied: its copies alone could end the run. */
  const look = (value, seen) => {
    if (typeof value === "string") return fit(value.length);
    if (typeof value !== "object" || value === null) return;
    const keys = isArray(value) ? undefined : ownKeys(value);
    for (let i = 0; i < (keys ?? value).length && seen.count++ < MAX_LOOKS; i++) {
      look(value[keys ? keys[i] : i], seen);
    }
  };
  const call = (name, args) =>
    new P((resolve, reject) => {
      look(args, { count: 0 });
      const text = json(args);
      const tool = stringify(cut(S(name), 200));
      fit(text.length);
      if (called >= bounds.toolCalls) host(OP.exceed, "tool");
      pending[++called] = { resolve, reject };
      waiting[called] = { name: tool, text };
      send();
    });
  const settle = (id, ok, text) => {
    const promise = pending[id];
    delete pending[id];
    underWay--;
    const answer = parse(text);
    if (ok) promise.resolve(answer);
    else promise.reject(new ToolError(answer.code, answer.message));
    send();
  };

  const agent = freeze({
    log: freeze((message, fields) => log("info", show(message), fields)),
    output: freeze((value) => host(OP.output, within(json(value), bounds.output, "output"))),
    call: freeze(call),
    ...powers(call, fit),
  });

  /** Reads one property of something hostile: bounded, and never throwing. */
  const peek = (value, name, most) => {
    try {
      const text = value[name];
      return typeof text === "string" ? cut(text, most) : "";
    } catch {
      return "";
    }
  };
  const fail = (kind, thrown) => {
    const isObject = typeof thrown === "object" && thrown !== null || typeof thrown === "function";
    const name = isObject ? peek(thrown, "name", 100) : "";
    const message = isObject ? peek(thrown, "message", 2000) : cut(show(thrown), 2000);
    const stack = isObject ? peek(thrown, "stack", 4000) : "";
    const parsed = kind === "load" && isObject && peek(thrown, "fileName", 20) !== "";
    host(OP.fail, parsed ? "syntax" : kind, stringify(name), stringify(message), stringify(stack));
  };
  const finish = (value) => {
    const text = stringify(value === undefined ? null : value);
    if (text === undefined) return host(OP.breach, "the result cannot be written as JSON");
    host(OP.done, within(text, bounds.output, "output"));
  };
  const serve = async (module, input) => {
    const main = module.default;
    if (main === undefined) return host(OP.breach, "the module has no default export");
    if (typeof main !== "function") return host(OP.breach, "the default export is not a function");
    const value = await main(parse(input), agent);
    try {
      finish(value);
    } catch (error) {
      fail("result", error);
    }
  };
  /** `module` is the namespace, or a promise of it while the module still awaits something. */
  const start = (module, loading, input) => {
    const serving = loading
      ? apply(then, module, [(space) => serve(space, input)])
      : serve(module, input);
    apply(then, serving, [undefined, (error) => fail("threw", error)]);
  };
  /** Comes before the agent's first line. */
  const configure = (settings) => {
    const { seed, ...most } = parse(settings);
    bounds = most;
    reseed(seed);
  };

  /** sfc32. QuickJS seeds its own generator once, and every guest begins as a copy of one image. */
  let [a, b, c, d] = [0, 0, 0, 1];
  const draw = () => {
    const t = (a + b | 0) + d | 0;
    d = d + 1 | 0;
    a = b ^ b >>> 9;
    b = c + (c << 3) | 0;
    c = (c << 21 | c >>> 11) + t | 0;
    return t >>> 0;
  };
  const reseed = (seed) => {
    [a, b, c, d] = [seed[0], seed[1], seed[2], 1];
    for (let i = 0; i < 12; i++) draw();
  };
  define(Math, "random", () => ((draw() >>> 5) * 67108864 + (draw() >>> 6)) / 9007199254740992);
  define(G, "queueMicrotask", (callback) => {
    if (typeof callback !== "function") throw new T("a microtask needs a function");
    const step = apply(then, resolved, [() => void callback()]);
    apply(then, step, [undefined, (error) => fail("threw", error)]);
  });

  /** The world is the same on every engine: what one of them lacks, none of them has. */
  const known = create(null);
  const add = (names) => {
    const list = apply(split, names, [" "]);
    for (let i = 0; i < list.length; i++) known[list[i]] = true;
  };
  add("Object Function Error Boolean String Number BigInt Symbol Math JSON Reflect Proxy Promise");
  add("AggregateError EvalError RangeError ReferenceError SyntaxError TypeError URIError");
  add("Array Map Set WeakMap WeakSet WeakRef Iterator RegExp Date");
  add("ArrayBuffer DataView Int8Array Int16Array Int32Array BigInt64Array BigUint64Array");
  add(
    "Uint8Array Uint8ClampedArray Uint16Array Uint32Array Float16Array Float32Array Float64Array",
  );
  add("globalThis Infinity NaN undefined eval isFinite isNaN parseFloat parseInt escape unescape");
  add("decodeURI decodeURIComponent encodeURI encodeURIComponent console queueMicrotask");
  add("setTimeout setInterval clearTimeout clearInterval");
  const names = ownKeys(G);
  for (let i = 0; i < names.length; i++) {
    if (!known[names[i]]) delete G[names[i]];
  }

  return { configure, start, settle, fire, fail };
}
