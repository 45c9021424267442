// want=timeout | naive Deno Worker: breaches | a comparator that never answers
// deno-lint-ignore-file
export default () =>
  [3, 1, 2].sort(() => {
    for (let i = 0;; i++) if (i < 0) return i;
  });
