// want=limit | naive Deno Worker: holds | calls a tool from inside of the writing of a call
// deno-lint-ignore-file
export default async (_input, agent) => {
  const nested = (depth) => ({
    toJSON: () => {
      agent.call("echo", nested(depth + 1)).catch(() => undefined);
      return depth;
    },
  });
  await agent.call("echo", nested(0));
  for (;;) await agent.call("echo", nested(0));
};
