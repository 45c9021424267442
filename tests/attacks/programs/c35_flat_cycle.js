// want=timeout | naive Deno Worker: breaches | flattens an array that holds itself twice, and catches what that throws
// deno-lint-ignore-file
export default () => {
  const ring = [];
  ring.push(ring, ring);
  for (;;) {
    try {
      ring.flat(Infinity);
    } catch {
      continue;
    }
  }
};
