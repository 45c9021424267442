// want=ok | naive Deno Worker: runs | takes a hundred kilobytes apart and gives them back
// deno-lint-ignore-file
export default async (_input, agent) => {
  const rows = Array.from(
    { length: 2000 },
    (_, id) => ({ id, name: "row " + id, tags: ["a", "b"] }),
  );
  const back = await agent.call("echo", rows);
  return back.filter(({ id }) => id % 2 === 0).map(({ name }) => name);
};
