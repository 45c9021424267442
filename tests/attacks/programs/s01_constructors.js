// want=harmless safe | naive Deno Worker: breaches | asks every kind of function for its constructor, looking for a larger world
// deno-lint-ignore-file
export default async () => {
  const kinds = [
    () => 0,
    async () => 0,
    function* () {
      yield 0;
    },
    async function* () {
      yield 0;
    },
    class {},
    Math.max,
    agentless,
  ];
  const found = [];
  for (const kind of kinds) {
    try {
      const made = kind.constructor("return globalThis")();
      const world = await (made.next ? (await made.next()).value : made);
      for (
        const name of ["Deno", "process", "require", "fetch", "Worker", "caches"]
      ) if (world?.[name]) found.push(name);
    } catch {
      continue;
    }
  }
  return found.length > 0 ? { breach: found } : "nothing";
};
function agentless() {}
