// want=timeout | naive Deno Worker: holds | an interval that nobody clears
// deno-lint-ignore-file
export default () =>
  new Promise(() => {
    setInterval(() => undefined, 20);
  });
