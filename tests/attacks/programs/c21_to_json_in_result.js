// want=timeout | naive Deno Worker: breaches | a result whose toJSON calls itself for ever
// deno-lint-ignore-file
export default () => ({
  toJSON() {
    for (;;) JSON.stringify({ toJSON: () => 1 });
  },
});
