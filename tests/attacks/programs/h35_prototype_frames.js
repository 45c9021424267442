// want=harmless | naive Deno Worker: holds | puts the keys of prototypes into everything that is sent
// deno-lint-ignore-file
export default async (_input, agent) => {
  const keys = ["__proto__", "constructor", "prototype", "toString", "then", "type", "call", "ok"];
  const text = "{" + keys.map((key) => JSON.stringify(key) + ':{"polluted":true}').join() + "}";
  const value = JSON.parse(text);
  agent.log("x", value);
  agent.output(value);
  const back = await agent.call("echo", value);
  await agent.call("setSettings", value);
  if (({}).polluted || back.polluted) return { breach: "polluted" };
  return value;
};
