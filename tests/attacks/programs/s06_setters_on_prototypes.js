// want=harmless | naive Deno Worker: holds | plants setters where the border may store something
// deno-lint-ignore-file
export default async (_input, agent) => {
  const caught = [];
  for (
    const name of [
      "resolve",
      "reject",
      "callback",
      "values",
      "name",
      "text",
      "ms",
      "every",
      0,
      1,
      2,
    ]
  ) {
    Object.defineProperty(Object.prototype, name, {
      configurable: true,
      set(value) {
        caught.push(typeof value);
      },
    });
  }
  const reply = await agent.call("echo", "hello");
  setTimeout(() => undefined, 1);
  return caught.includes("function") ? { breach: caught } : reply;
};
