// want=memory | naive Deno Worker: breaches | swallows every out-of-memory error and goes on
// deno-lint-ignore-file
export default () => {
  const all = [];
  for (;;) {
    try {
      all.push(new ArrayBuffer(1 << 20));
    } catch {
      all.push([all.length]);
    }
  }
};
