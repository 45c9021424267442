// want=harmless | naive Deno Worker: holds | lets promises of its own kind catch what settles them
// deno-lint-ignore-file
const isForeign = (value) => {
  if (value === null || typeof value !== "object" && typeof value !== "function") return false;
  let top = value;
  for (let up = top; up; up = Object.getPrototypeOf(up)) top = up;
  return top !== Object.prototype && top !== value;
};

export default async (_input, agent) => {
  const seen = [];
  class Spy extends Promise {
    constructor(executor) {
      super((resolve, reject) => {
        seen.push(executor, resolve, reject);
        executor(resolve, reject);
      });
    }
    static get [Symbol.species]() {
      return Spy;
    }
  }
  const call = agent.call("echo", { a: 1 });
  Object.defineProperty(call, "constructor", { get: () => (seen.push("asked"), Spy) });
  Object.defineProperty(Promise, Symbol.species, { get: () => Spy, configurable: true });
  seen.push(await call, call.then((value) => value));
  await import("x").catch((error) => seen.push(error));
  const result = new Spy((resolve) => resolve("done"));
  return seen.some(isForeign) ? { breach: "a function of another world" } : result;
};
