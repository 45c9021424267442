// want=harmless | naive Deno Worker: holds | imports itself, to run in another world
// deno-lint-ignore-file
const isForeign = (value) => {
  if (value === null || typeof value !== "object" && typeof value !== "function") return false;
  let top = value;
  for (let up = top; up; up = Object.getPrototypeOf(up)) top = up;
  return top !== Object.prototype && top !== value;
};

export const mark = {};
export default async (_input, agent) => {
  for (const name of ["agent.js", "./agent.js", import.meta.url, "", ".", "file:///agent.js"]) {
    try {
      const again = await import(name);
      if (isForeign(again.mark) || isForeign(again.default)) return { breach: name };
    } catch (error) {
      if (isForeign(error)) return { breach: String(error) };
    }
  }
  return typeof agent.call;
};
