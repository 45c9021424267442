// want=memory | naive Deno Worker: breaches | fills the registry of symbols, which no collector empties
// deno-lint-ignore-file
export default () => {
  for (let i = 0; i < 1e7; i++) Symbol.for("x".repeat(1000) + i);
  return { breach: "registered" };
};
