// want=limit | naive Deno Worker: breaches | calls a tool for ever, one call after the other
// deno-lint-ignore-file
export default async (_input, agent) => {
  for (;;) await agent.call("echo", 0);
};
