// want=harmless run=pair-seq | naive Deno Worker: holds | leaves a call behind whose answer comes to the next run
// deno-lint-ignore-file
export default async ({ role }, agent) => {
  if (role === "a") {
    for (let i = 0; i < 6; i++) agent.call("slow", { ms: 30 + i * 20 });
    return "left";
  }
  const answers = [];
  for (let i = 0; i < 6; i++) {
    answers.push(await agent.call("echo", "mine"));
    await agent.call("slow", { ms: 15 });
  }
  return answers.every((answer) => answer === "mine") ? "mine" : { breach: answers };
};
