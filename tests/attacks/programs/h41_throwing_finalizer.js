// want=harmless | naive Deno Worker: breaches | throws while the collector cleans up after it
// deno-lint-ignore-file
export default async () => {
  const registry = new FinalizationRegistry(() => {
    throw new Error("from the collector");
  });
  const refs = [];
  for (let round = 0; round < 40; round++) {
    for (let i = 0; i < 500; i++) {
      const value = { round, i, text: "x".repeat(50) };
      registry.register(value, i);
      refs.push(new WeakRef(value));
    }
    for (let i = 0; i < 4_000; i++) [i, round, i, round, i, round, i, round].slice();
    await new Promise((resolve) => setTimeout(resolve, 1));
  }
  return "collected";
};
