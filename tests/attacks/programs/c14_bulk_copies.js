// want=timeout | naive Deno Worker: breaches | copies a typed array inside itself: one machine instruction for a megabyte
// deno-lint-ignore-file
export default () => {
  const bytes = new Uint8Array(1 << 20);
  for (;;) bytes.copyWithin(1, 0);
};
