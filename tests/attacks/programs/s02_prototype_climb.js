// want=harmless | naive Deno Worker: holds | climbs the prototypes of everything it was given
// deno-lint-ignore-file
export default async (input, agent) => {
  const given = [
    input,
    agent,
    agent.call,
    agent.log,
    agent.output,
    console,
    console.log,
    setTimeout,
    agent.call("echo", 1),
    await agent.call("echo", { deep: [{}] }),
  ];
  const tops = given.map((value) => {
    let top = value;
    for (let i = 0; i < 20; i++) {
      const next = Object.getPrototypeOf(Object(top));
      if (!next) break;
      top = next;
    }
    return top;
  });
  return tops.every((top) => top === Object.prototype) ? "own realm" : { breach: tops.length };
};
