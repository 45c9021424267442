// want=harmless | naive Deno Worker: breaches | calls its host with the last bit of stack
// deno-lint-ignore-file
export default (_input, agent) => {
  let result = "none";
  const dive = () => {
    try {
      dive();
    } catch {
      try {
        agent.log("deep");
        agent.call("echo", 1).catch(() => 0);
      } catch (error) {
        result = typeof error.constructor.constructor("return globalThis.Deno")();
      }
    }
  };
  dive();
  return result === "object" ? { breach: result } : result;
};
