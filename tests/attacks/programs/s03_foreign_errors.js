// want=harmless | naive Deno Worker: holds | catches an error that was made outside
// deno-lint-ignore-file
export default async (_input, agent) => {
  const errors = [];
  for (
    const fail of [
      () => agent.call("nope"),
      () => agent.call("readFile", { path: ".." }),
      () => import("x"),
      () => agent.call("echo", 1n),
      () => agent.output(() => 0),
      () => JSON.parse("{"),
    ]
  ) {
    try {
      await fail();
    } catch (error) {
      errors.push(error);
    }
  }
  return errors.every((error) =>
      error instanceof Error && error.constructor.constructor === Function
    )
    ? "own realm"
    : { breach: errors.map(String) };
};
