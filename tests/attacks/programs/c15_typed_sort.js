// want=timeout | naive Deno Worker: breaches | sorts a big typed array for ever
// deno-lint-ignore-file
export default () => {
  const all = Float64Array.from({ length: 200000 }, (_, i) => (i * 7919) % 200003);
  for (;;) Float64Array.from(all).sort();
};
