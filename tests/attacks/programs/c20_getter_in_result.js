// want=timeout | naive Deno Worker: breaches | a result whose property spins while it is written
// deno-lint-ignore-file
export default () => ({
  get total() {
    for (;;);
  },
});
