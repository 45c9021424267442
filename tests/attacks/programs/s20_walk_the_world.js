// want=harmless safe | naive Deno Worker: breaches | walks everything that can be reached and looks for another world in it
// deno-lint-ignore-file
const isForeign = (value) => {
  if (value === null || typeof value !== "object" && typeof value !== "function") return false;
  let top = value;
  for (let up = top; up; up = Object.getPrototypeOf(up)) top = up;
  return top !== Object.prototype && top !== value;
};

export default (input, agent) => {
  const names = /^(?:Deno|process|require|fetch|Worker|WebSocket|caches|navigator|postMessage)$/;
  const seen = new Set();
  const open = [globalThis, input, agent, new Error("x"), (async () => {})(), (function* () {})()];
  const found = [];
  while (open.length > 0 && seen.size < 20000) {
    const value = open.pop();
    if (value === null || typeof value !== "object" && typeof value !== "function") continue;
    if (seen.has(value)) continue;
    seen.add(value);
    if (isForeign(value)) found.push("foreign");
    open.push(Object.getPrototypeOf(value));
    for (const key of Reflect.ownKeys(value)) {
      if (typeof key === "string" && value === globalThis && names.test(key)) found.push(key);
      const property = Object.getOwnPropertyDescriptor(value, key);
      open.push(property.value, property.get, property.set);
    }
  }
  return found.length > 0 ? { breach: found.slice(0, 9) } : seen.size;
};
