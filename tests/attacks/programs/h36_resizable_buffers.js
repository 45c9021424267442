// want=memory | naive Deno Worker: breaches | resizes buffers beyond the heap
// deno-lint-ignore-file
export default () => {
  const all = [];
  for (let i = 0; i < 16; i++) {
    const buffer = new ArrayBuffer(1, { maxByteLength: 2 ** 30 });
    buffer.resize(2 ** 30);
    new Uint8Array(buffer).fill(1);
    all.push(buffer);
  }
  return { breach: all.length };
};
