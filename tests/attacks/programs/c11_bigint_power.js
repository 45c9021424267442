// want=timeout | naive Deno Worker: breaches | squares a big integer until the end of time
// deno-lint-ignore-file
export default () => {
  let n = 3n;
  for (;;) n = n * n % (1n << 200000n);
};
