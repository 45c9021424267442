// want=limit | naive Deno Worker: holds | reads streams that never end, many at once, and leaves none
// deno-lint-ignore-file
export default async (_input, agent) => {
  const read = async () => {
    for await (const piece of agent.llm.stream({ messages: [] })) if (piece === "") return;
  };
  await Promise.all(Array.from({ length: 40 }, read));
  for (;;) await read();
};
