// want=harmless | naive Deno Worker: breaches | replaces its host's functions
// deno-lint-ignore-file
export default (_input, agent) => {
  "use strict";
  for (
    const change of [
      () => {
        agent.call = 1;
      },
      () => {
        delete agent.log;
      },
      () => {
        agent.call.extra = 1;
      },
      () => Object.setPrototypeOf(agent, null),
      () => {
        agent.more = 1;
      },
    ]
  ) {
    try {
      change();
      return { breach: String(change) };
    } catch {
      continue;
    }
  }
  return "frozen";
};
