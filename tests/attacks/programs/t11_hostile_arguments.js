// want=refused | naive Deno Worker: holds | sends arguments that poison whoever merges them
// deno-lint-ignore-file
export default async (_input, agent) => {
  await agent.call(
    "setSettings",
    JSON.parse('{"__proto__":{"polluted":1},"a":{"constructor":{"prototype":{"polluted":1}}}}'),
  ).catch(() => 0);
  return await agent.call("echo", JSON.parse('{"__proto__":{"polluted":1}}'));
};
