// want=refused safe | naive Deno Worker: breaches | asks what the host is
// deno-lint-ignore-file
export default () => {
  const facts = {};
  for (
    const [name, ask] of Object.entries({
      pid: () => Deno.pid,
      memory: () => Deno.memoryUsage().rss,
      build: () => Deno.build.target,
      cores: () => navigator.hardwareConcurrency,
      language: () => navigator.language,
      agent: () => navigator.userAgent,
      place: () => location.href,
    })
  ) {
    try {
      facts[name] = ask();
    } catch {
      continue;
    }
  }
  return Object.keys(facts).length > 0 ? { breach: facts } : "nothing";
};
