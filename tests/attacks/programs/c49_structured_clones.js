// want=timeout | naive Deno Worker: breaches | clones a large structure for ever
// deno-lint-ignore-file
export default () => {
  const large = Array.from({ length: 1e5 }, (_, i) => ({ i, text: "x" + i }));
  for (;;) structuredClone(large);
};
