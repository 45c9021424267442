// want=timeout | naive Deno Worker: breaches | writes huge big integers as decimal text, again and again
// deno-lint-ignore-file
export default () => {
  const n = (1n << 400000n) - 1n;
  for (;;) n.toString(10);
};
