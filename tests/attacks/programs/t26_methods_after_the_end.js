// want=harmless | naive Deno Worker: holds | goes on fetching, writing and reading after it returned
// deno-lint-ignore-file
export default (_input, agent) => {
  const haunt = async () => {
    await agent.files?.write("t26", "still here").catch(() => {});
    await agent.fetch?.("http://127.0.0.1:47811/t26").catch(() => {});
    for await (const _ of agent.llm?.stream({}) ?? []) await agent.files.append("t26", _);
  };
  for (let i = 0; i < 20; i++) haunt();
  setInterval(haunt, 1);
  return "gone";
};
