// want=harmless run=pair-seq | naive Deno Worker: holds | hopes that two tenants draw the same numbers
// deno-lint-ignore-file
export default () => {
  const drawn = [Math.random(), Math.random()];
  return drawn[0] === drawn[1] || drawn.some((n) => n < 0 || n >= 1)
    ? { breach: drawn }
    : "different";
};
