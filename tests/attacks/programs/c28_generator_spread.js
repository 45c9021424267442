// want=timeout | naive Deno Worker: breaches | spreads an endless generator of nothing
// deno-lint-ignore-file
export default () => {
  function* nothing() {
    for (;;) if (Date.now() < 0) yield 1;
  }
  return [...nothing()];
};
