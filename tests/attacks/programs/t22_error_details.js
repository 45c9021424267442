// want=refused | naive Deno Worker: holds | searches the errors of tools for what the host knows
// deno-lint-ignore-file
const facts = /file:|\.ts\b|node_modules|calls\.|engine|SECRET|\/(?:home|root|usr|srv|tmp)\//;

export default async (_input, agent) => {
  const found = [];
  const works = [
    () => agent.call("nope"),
    () => agent.call("readFile", { path: "../../srv/cloister-canary" }),
    () => agent.call("readFile", 7),
    () => agent.call("slow", { ms: "x" }),
    () => agent.fetch("http://127.0.0.1:47811/t22"),
    () => agent.files.read("/srv/cloister-canary/secret"),
    () => agent.email({ to: "x" }),
  ];
  for (const work of works) {
    const error = await work().catch((thrown) => thrown);
    for (let at = error; at !== null && at !== undefined; at = Object.getPrototypeOf(at)) {
      for (const key of Reflect.ownKeys(at)) {
        let value;
        try {
          value = at[key];
        } catch {
          continue;
        }
        if (key === "cause") found.push("a cause");
        if (typeof value === "string" && facts.test(value)) found.push([String(key), value]);
      }
    }
  }
  return found.length > 0 ? { breach: found } : "nothing but words";
};
