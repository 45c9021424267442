// want=error | naive Deno Worker: breaches | fills its workspace
// deno-lint-ignore-file
export default async (_input, agent) => {
  for (let i = 0;; i++) {
    await agent.call("writeFile", { path: "file" + i, text: "x".repeat(200000) });
  }
};
