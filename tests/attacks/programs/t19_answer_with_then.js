// want=harmless | naive Deno Worker: holds | lets a tool answer with something that looks like a promise
// deno-lint-ignore-file
export default async (_input, agent) => {
  const answer = await agent.call("echo", {
    then: "x",
    catch: [],
    constructor: { name: "Promise" },
  });
  return answer.then === "x" ? "as it was" : { breach: answer };
};
