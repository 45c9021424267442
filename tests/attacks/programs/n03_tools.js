// want=ok | naive Deno Worker: runs | uses tools, alone and together
// deno-lint-ignore-file
export default async (_input, agent) => {
  const one = await agent.call("echo", { n: 1 });
  const many = await Promise.all(Array.from({ length: 20 }, (_, i) => agent.call("echo", i)));
  await agent.call("writeFile", { path: "a/b.txt", text: "hello" });
  return [one, many.length, await agent.call("readFile", { path: "a/b.txt" })];
};
