// want=timeout | naive Deno Worker: holds | waits in tools until its time is up
// deno-lint-ignore-file
export default async (_input, agent) => {
  for (;;) await agent.call("slow", { ms: 100 });
};
