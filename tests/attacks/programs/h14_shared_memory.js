// want=memory | naive Deno Worker: breaches | takes shared memory outside of the heap
// deno-lint-ignore-file
export default () => {
  const all = [];
  for (let i = 0; i < 100; i++) all.push(new Uint8Array(new SharedArrayBuffer(1 << 25)).fill(1));
  return { breach: all.length };
};
