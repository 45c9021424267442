// want=memory | naive Deno Worker: breaches | holds big integers of a hundred megabytes
// deno-lint-ignore-file
export default () => {
  const all = [];
  for (let i = 0; i < 40; i++) all.push(1n << (800_000_000n + BigInt(i)));
  return { breach: all.length };
};
