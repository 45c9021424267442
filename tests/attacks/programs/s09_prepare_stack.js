// want=harmless safe | naive Deno Worker: holds | asks the call sites of a stack for their functions
// deno-lint-ignore-file
export default (_input, agent) => {
  const found = [];
  Error.prepareStackTrace = (_error, sites) => {
    for (const site of sites ?? []) {
      try {
        const f = site.getFunction?.() ?? site.getThis?.();
        if (f && /host\(/.test(String(f))) found.push(String(f));
      } catch {
        continue;
      }
    }
    return "";
  };
  try {
    agent.output(() => 1);
  } catch (error) {
    String(error.stack);
  }
  String(new Error().stack);
  return found.length > 0 ? { breach: found } : "nothing";
};
