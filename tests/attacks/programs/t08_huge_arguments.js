// want=harmless | naive Deno Worker: breaches | sends a tool far too much
// deno-lint-ignore-file
export default async (_input, agent) => {
  try {
    await agent.call("echo", "x".repeat(1000000));
    return { breach: "accepted" };
  } catch (error) {
    return error.message;
  }
};
