// want=refused | naive Deno Worker: breaches | names a tool by something that changes each time it is read
// deno-lint-ignore-file
export default async (_input, agent) => {
  const answered = [];
  const flip = (names) => ({ toString: () => names.shift() ?? "echo" });
  for (
    const name of [
      flip(["echo", "constructor"]),
      flip(["constructor", "echo", "__proto__"]),
      { toString: () => ({}), valueOf: () => "__proto__" },
      { [Symbol.toPrimitive]: () => "hasOwnProperty" },
      ["constructor"],
      "\uff45cho\u0000",
    ]
  ) {
    try {
      const answer = await agent.call(name, "x");
      if (answer !== "x") answered.push(answer);
    } catch (error) {
      if (!(error instanceof Error)) answered.push("foreign");
    }
  }
  return answered.length > 0 ? { breach: answered } : "none";
};
