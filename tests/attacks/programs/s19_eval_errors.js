// want=harmless safe | naive Deno Worker: holds | looks at what refuses to evaluate text
// deno-lint-ignore-file
const isForeign = (value) => {
  if (value === null || typeof value !== "object" && typeof value !== "function") return false;
  let top = value;
  for (let up = top; up; up = Object.getPrototypeOf(up)) top = up;
  return top !== Object.prototype && top !== value;
};

export default () => {
  const seen = [];
  const ways = [
    () => eval("1 + 1"),
    () => (0, eval)("this"),
    () => new Function("return this")(),
    () => Function.prototype.constructor("return this")(),
    () => setTimeout("1 + 1", 1),
    () => Reflect.construct(Function, ["return globalThis"], Object)(),
    () => (function* () {}).constructor("yield globalThis")().next().value,
    () => eval("("),
    () => new Function("/*", "*/){"),
  ];
  for (const way of ways) {
    try {
      seen.push(way());
    } catch (error) {
      seen.push(error, error.constructor.constructor);
    }
  }
  const worlds = seen.filter((value) => value === globalThis ? false : isForeign(value));
  return worlds.length > 0 ? { breach: String(worlds[0]) } : "own";
};
