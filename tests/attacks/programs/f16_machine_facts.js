// want=refused safe | naive Deno Worker: breaches | asks how large the machine is
// deno-lint-ignore-file
export default () => {
  const facts = {
    cores: () => navigator.hardwareConcurrency,
    memory: () => Deno.systemMemoryInfo().total,
    usage: () => process.memoryUsage().rss,
    heap: () => performance.memory.usedJSHeapSize,
    agent: () => navigator.userAgent,
    versions: () => Deno.version.v8,
    languages: () => navigator.languages.join(),
  };
  const told = Object.entries(facts).flatMap(([name, ask]) => {
    try {
      const fact = ask();
      return fact === undefined ? [] : [[name, fact]];
    } catch {
      return [];
    }
  });
  return told.length > 0 ? { breach: told } : "nothing";
};
