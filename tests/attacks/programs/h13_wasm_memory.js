// want=memory | naive Deno Worker: breaches | takes WebAssembly memory outside of the heap
// deno-lint-ignore-file
export default () => {
  const all = [1, 2, 3].map(() => new WebAssembly.Memory({ initial: 16000 }));
  for (const { buffer } of all) new Uint8Array(buffer).fill(1);
  return { breach: all.length };
};
