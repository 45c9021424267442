// want=limit | naive Deno Worker: breaches | says too much in many small parts
// deno-lint-ignore-file
export default (_input, agent) => {
  for (;;) agent.output("part".repeat(1000));
};
