// want=harmless | naive Deno Worker: holds | looks at the errors of imports that come from odd places
// deno-lint-ignore-file
const isForeign = (value) => {
  if (value === null || typeof value !== "object" && typeof value !== "function") return false;
  let top = value;
  for (let up = top; up; up = Object.getPrototypeOf(up)) top = up;
  return top !== Object.prototype && top !== value;
};

export default async () => {
  const ways = [
    () => import("x"),
    () => import("./x.js"),
    () => import("agent.js"),
    () => import("node:fs"),
    () => import({ toString: () => "y" }),
    () => import(Symbol("z")),
    () => import("x", { with: { type: "json" } }),
    () => import("x", { with: 1 }),
    () => (0, eval)("import('x')"),
    () => new Function("return import('x')")(),
    () => (async () => {}).constructor("return import('x')")(),
    () => new Promise((yes, no) => setTimeout(() => import("x").then(yes, no), 1)),
    () => Promise.resolve("x").then((name) => import(name)),
  ];
  const seen = [];
  for (const way of ways) {
    try {
      const promise = way();
      seen.push(promise);
      await promise;
    } catch (error) {
      seen.push(error, error?.constructor, error?.cause);
    }
  }
  const foreign = seen.filter(isForeign);
  return foreign.length > 0 ? { breach: String(foreign[0]) } : "own";
};
