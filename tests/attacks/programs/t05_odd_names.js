// want=refused | naive Deno Worker: breaches | names tools by what is no name
// deno-lint-ignore-file
export default async (_input, agent) => {
  const answered = [];
  for (
    const name of [
      "",
      " echo",
      "echo\u0000",
      "ECHO",
      null,
      undefined,
      0,
      {},
      ["slow", "x"],
      "\ud800",
      "x".repeat(100000),
      { toString: () => "e" + "x" },
    ]
  ) {
    try {
      answered.push(await agent.call(name, 1));
    } catch (error) {
      if (error.name !== "ToolError") answered.push(error.name);
    }
  }
  return answered.length > 0 ? { breach: answered } : "none of them";
};
