// want=limit | naive Deno Worker: holds | hides a flood in the fields of a log line
// deno-lint-ignore-file
export default (_input, agent) => {
  agent.log("small", { fields: "x".repeat(1000000) });
};
