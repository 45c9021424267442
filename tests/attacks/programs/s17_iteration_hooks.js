// want=harmless | naive Deno Worker: holds | listens in on iteration, instanceof and property reads of its border
// deno-lint-ignore-file
const isForeign = (value) => {
  if (value === null || typeof value !== "object" && typeof value !== "function") return false;
  let top = value;
  for (let up = top; up; up = Object.getPrototypeOf(up)) top = up;
  return top !== Object.prototype && top !== value;
};

export default async (_input, agent) => {
  const seen = [];
  const ArrayIterator = Object.getPrototypeOf([][Symbol.iterator]());
  const next = ArrayIterator.next;
  ArrayIterator.next = function () {
    const step = Reflect.apply(next, this, []);
    seen[seen.length] = step.value;
    return step;
  };
  for (const owner of [Error, Function, Promise, Object]) {
    Object.defineProperty(owner, Symbol.hasInstance, {
      configurable: true,
      value(value) {
        seen[seen.length] = value;
        return Function.prototype[Symbol.hasInstance].call(this, value);
      },
    });
  }
  for (const key of ["default", "host", "call", "name", "text", "resolve", "callback", "kind"]) {
    Object.defineProperty(Object.prototype, key, {
      configurable: true,
      get() {
        seen[seen.length] = this;
      },
      set(value) {
        seen[seen.length] = value;
        Object.defineProperty(this, key, { value, writable: true, configurable: true });
      },
    });
  }
  await agent.call("echo", [1, { a: 2 }]).catch(() => 0);
  await agent.call("nothing").catch(() => 0);
  console.log(new Error("x"), [1], { a: 1 });
  setTimeout(() => 0, 1, 2, 3);
  await new Promise((resolve) => setTimeout(resolve, 3));
  return seen.some(isForeign) ? { breach: "something of another world" } : seen.length;
};
