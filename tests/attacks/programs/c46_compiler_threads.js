// want=timeout | naive Deno Worker: breaches | keeps the threads of the WebAssembly compiler busy after it has returned
// deno-lint-ignore-file
export default async () => {
  const leb = (n) => n < 128 ? [n] : [n & 127 | 128, ...leb(n >>> 7)];
  const body = [0, ...Array(20000).fill([0x41, 1, 0x1a]).flat(), 0x0b];
  const functions = 60;
  const code = [...leb(functions), ...Array(functions).fill([...leb(body.length), ...body]).flat()];
  const types = [1, 0x60, 0, 0];
  const declared = [functions, ...Array(functions).fill(0)];
  const section = (id, content) => [id, ...leb(content.length), ...content];
  const bytes = new Uint8Array([
    ...[0, 0x61, 0x73, 0x6d, 1, 0, 0, 0],
    ...section(1, types),
    ...section(3, declared),
    ...section(10, code),
  ]);
  for (;;) await WebAssembly.compile(bytes);
};
