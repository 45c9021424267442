// want=harmless | naive Deno Worker: holds | listens in on every method that the border may use
// deno-lint-ignore-file
export default async (_input, agent) => {
  const seen = new Set();
  for (
    const [owner, names] of [
      [Promise.prototype, ["then"]],
      [JSON, ["parse", "stringify"]],
      [String.prototype, ["slice"]],
      [Reflect, ["apply"]],
      [Object, ["defineProperty", "freeze"]],
    ]
  ) {
    for (const name of names) {
      const real = owner[name];
      owner[name] = function (...values) {
        for (const value of [this, ...values]) {
          if (value?.host || value?.OP || value?.pending) seen.add(name);
        }
        return real.apply(this, values);
      };
    }
  }
  await agent.call("echo", { a: 1 });
  agent.log("x", { y: 1 });
  return seen.size > 0 ? { breach: [...seen] } : "nothing heard";
};
