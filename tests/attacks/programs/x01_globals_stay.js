// want=harmless run=pair-seq | naive Deno Worker: holds | leaves something for the next tenant
// deno-lint-ignore-file
export default ({ role }) => {
  const left = globalThis.left ?? Array.prototype.left ?? Symbol.for("x").left ?? Math.left ??
    agentLeft();
  if (role === "b") return left ? { breach: left } : "clean";
  for (
    const place of [globalThis, Array.prototype, Object.prototype, Math, JSON, Function.prototype]
  ) place.left = "from a";
  return "left";
};
function agentLeft() {
  return [].left ?? ({}).left;
}
