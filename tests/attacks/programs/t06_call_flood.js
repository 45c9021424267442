// want=limit | naive Deno Worker: breaches | calls a tool ten thousand times at once
// deno-lint-ignore-file
export default (_input, agent) =>
  Promise.allSettled(Array.from({ length: 10000 }, (_, i) => agent.call("echo", i)));
