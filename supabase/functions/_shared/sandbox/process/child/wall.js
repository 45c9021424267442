/**
 * Evaluated inside the realm, around the agent's world. What it gives to `out` are numbers and
 * strings; what `out` throws, for the stack may end in there, stays out. Nothing here hands a
 * function or an object of the outer realm to anything that the agent could have replaced: one
 * would be enough to climb out.
 *
 * Only its text reaches the realm, and what it takes from the realm it must share: so it is one
 * self-contained function, whatever its length.
 */
export function wall(out, guest, OP) {
  "use strict";
  const { stringify } = JSON;
  const { defineProperty } = Object;
  const { apply } = Reflect;
  const [E, R, then, resolved] = [Error, RangeError, Promise.prototype.then, Promise.resolve()];
  defineProperty(resolved, "constructor", { value: undefined });

  const safely = (give, a, b) => {
    try {
      return give(a, b);
    } catch {
      throw new R("Maximum call stack size exceeded");
    }
  };
  const host = (op, ...values) => {
    if (op === OP.arm) return void safely(out.arm, +values[0], +values[1]);
    if (op === OP.disarm) return void safely(out.disarm, +values[0]);
    let line = "[" + op;
    for (let i = 0; i < values.length; i++) line += "," + stringify(values[i]);
    safely(out.send, line + "]", op);
  };

  /** Stacks are the agent's own frames: V8 would show it ours, and lend it objects of our realm. */
  const frames = (_error, sites) => {
    let text = "";
    for (let i = 0; i < sites.length; i++) {
      if (sites[i].getFileName() !== "agent.js") continue;
      const place = "agent.js:" + sites[i].getLineNumber() + ":" + sites[i].getColumnNumber();
      text += "    at " + (sites[i].getFunctionName() || "<anonymous>") + " (" + place + ")\n";
    }
    return text;
  };
  defineProperty(E, "prepareStackTrace", { get: () => frames, set() {} });
  // V8 looks for it on whatever the realm calls Error
  defineProperty(globalThis, "Error", { writable: false, configurable: false });
  delete E.captureStackTrace;

  const entries = guest(host, OP);
  /** Nothing of the agent's is called from outside: it waits for the realm's own turn. */
  const soon = (work) => {
    const step = () => {
      try {
        work();
      } catch (error) {
        entries.fail("threw", error);
      }
    };
    apply(then, resolved, [step]);
  };
  const later = (name, a, b, c) => soon(() => entries[name](a, b, c));
  /** Also the module's first lines run in that turn. */
  const load = (evaluate, module, input) =>
    soon(() => {
      const loaded = safely(evaluate);
      const fail = (error) => entries.fail("threw", error);
      apply(then, loaded, [() => entries.start(module, false, input), fail]);
    });
  return { configure: entries.configure, later, load };
}
