// want=memory | naive Deno Worker: breaches | takes memory outside of the heap in a million small pieces
// deno-lint-ignore-file
export default () => {
  const all = [];
  for (let i = 0; i < 2e6; i++) all.push(new Uint8Array(2048).fill(1));
  return { breach: all.length };
};
