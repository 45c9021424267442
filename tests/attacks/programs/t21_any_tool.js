// want=refused | naive Deno Worker: holds | calls the host's own names for what is behind all tools
// deno-lint-ignore-file
export default async (_input, agent) => {
  const names = ["*", "**", "?", "", " ", "files", "files.", "files.*", ".read", "files.__proto__"];
  names.push("fetch.call", "FETCH", "fetch\0", "fetch ", "fe\u0301tch", "\ud800", "tools", "calls");
  const answered = [];
  for (const name of names) {
    const answer = await agent.call(name, {}).catch((error) => error);
    if (!(answer instanceof Error)) answered.push([name, answer]);
    else if (answer.code !== undefined && answer.code !== "unknown_tool") answered.push(name);
  }
  return answered.length > 0 ? { breach: answered } : "none of them";
};
