// want=harmless | naive Deno Worker: holds | catches the functions that settle its calls, and uses them
// deno-lint-ignore-file
const isForeign = (value) => {
  if (value === null || typeof value !== "object" && typeof value !== "function") return false;
  let top = value;
  for (let up = top; up; up = Object.getPrototypeOf(up)) top = up;
  return top !== Object.prototype && top !== value;
};

export default async (_input, agent) => {
  const kept = [];
  const then = Promise.prototype.then;
  Promise.prototype.then = function (...callbacks) {
    kept.push(...callbacks);
    return then.apply(this, callbacks);
  };
  const real = Promise;
  globalThis.Promise = function (executor) {
    return new real((resolve, reject) => {
      kept.push(executor, resolve, reject);
      executor(resolve, reject);
    });
  };
  const answer = await agent.call("echo", "mine");
  Promise = real;
  Promise.prototype.then = then;
  for (const settle of kept) {
    try {
      settle?.("forged", "forged");
    } catch {
      continue;
    }
  }
  return kept.some(isForeign) || answer !== "mine" ? { breach: String(answer) } : kept.length;
};
