// want=harmless | naive Deno Worker: holds | hands proxies to its host and notes what touches them
// deno-lint-ignore-file
const isForeign = (value) => {
  if (value === null || typeof value !== "object" && typeof value !== "function") return false;
  let top = value;
  for (let up = top; up; up = Object.getPrototypeOf(up)) top = up;
  return top !== Object.prototype && top !== value;
};

export default async (_input, agent) => {
  const seen = [];
  const spy = (target) =>
    new Proxy(
      target,
      Object.fromEntries(
        Object.getOwnPropertyNames(Reflect).map((trap) => [trap, (...args) => {
          seen.push(...args);
          return Reflect[trap](...args);
        }]),
      ),
    );
  const uses = [
    () => agent.call(spy(Object("echo")), spy({ a: spy([1]) })),
    () => agent.call("echo", spy(() => 1)),
    () => agent.log(spy({ a: 1 }), spy({ b: spy({}) })),
    () => agent.output(spy([spy({})])),
    () => console.log(spy(new Error("x")), spy([1]), spy(() => 1)),
    () => setTimeout(spy(() => 1), spy({})),
    () => clearTimeout(spy({})),
    () => queueMicrotask(spy(() => 1)),
  ];
  for (const use of uses) {
    try {
      await use();
    } catch (error) {
      seen.push(error);
    }
  }
  return seen.some(isForeign) ? { breach: "something of another world" } : spy({ done: true });
};
