// want=ok | naive Deno Worker: runs | logs in every way
// deno-lint-ignore-file
export default (_input, agent) => {
  console.log("text", 1, { a: [1] }, null, undefined, Symbol("s"), 10n, () => 1);
  console.error(new Error("seen"));
  agent.log("with fields", { a: 1 });
  agent.output({ progress: 0.5 });
  return "logged";
};
