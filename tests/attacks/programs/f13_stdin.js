// want=harmless | naive Deno Worker: holds | reads what is meant for its supervisor
// deno-lint-ignore-file
export default async () => {
  const buffer = new Uint8Array(16);
  const read = await Promise.race([
    globalThis.Deno?.stdin.read(buffer),
    new Promise((resolve) => setTimeout(resolve, 50)),
  ]);
  return read > 0 ? { breach: read } : "nothing";
};
