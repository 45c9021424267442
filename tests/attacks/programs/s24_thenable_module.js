// want=harmless | naive Deno Worker: holds | exports a function then, so that its own module looks like a promise
// deno-lint-ignore-file
const isForeign = (value) => {
  if (value === null || typeof value !== "object" && typeof value !== "function") return false;
  let top = value;
  for (let up = top; up; up = Object.getPrototypeOf(up)) top = up;
  return top !== Object.prototype && top !== value;
};

const seen = [];
export function then(...settlers) {
  seen.push(...settlers);
  settlers[0]?.({ default: () => "FORGED" });
}
export default () => seen.some(isForeign) ? { breach: "settlers of another world" } : "real";
