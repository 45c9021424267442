// want=timeout | naive Deno Worker: breaches | unites a set with one whose keys never end
// deno-lint-ignore-file
export default () =>
  new Set([1]).union({
    size: Infinity,
    has: () => true,
    keys: () => ({ next: () => ({ value: 1, done: false }) }),
  });
