// want=harmless | naive Deno Worker: holds | has more calls under way than it may
// deno-lint-ignore-file
export default (_input, agent) =>
  Promise.all(Array.from({ length: 60 }, () => agent.call("slow", { ms: 20 })));
