// want=refused | naive Deno Worker: breaches | calls tools that only the prototype has
// deno-lint-ignore-file
export default async (_input, agent) => {
  const answered = [];
  for (
    const name of [
      "constructor",
      "toString",
      "__proto__",
      "hasOwnProperty",
      "valueOf",
      "__lookupGetter__",
    ]
  ) {
    try {
      answered.push([name, await agent.call(name, {})]);
    } catch (error) {
      if (!/no such tool/.test(error.message)) answered.push([name, error.message]);
    }
  }
  return answered.length > 0 ? { breach: answered } : "none of them";
};
