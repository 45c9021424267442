// want=timeout | naive Deno Worker: breaches | an endless loop inside the callback of a native replace
// deno-lint-ignore-file
export default () =>
  "abc".replace(/./g, () => {
    for (;;);
  });
