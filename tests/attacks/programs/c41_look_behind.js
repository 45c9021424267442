// want=timeout | naive Deno Worker: breaches | backtracks through look-behinds and back references
// deno-lint-ignore-file
export default () => {
  const text = "a".repeat(40) + "!";
  for (;;) /(?<=^(a|aa|aaa)+\1*)b|^(?:(a+)+\2?)+$/.exec(text);
};
