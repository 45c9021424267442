// want=error | naive Deno Worker: holds | sends a tool a value that is nested too deeply
// deno-lint-ignore-file
export default async (_input, agent) => {
  let value = [];
  for (let i = 0; i < 1000; i++) value = [value];
  return await agent.call("echo", value);
};
