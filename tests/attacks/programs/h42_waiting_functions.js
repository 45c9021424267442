// want=memory | naive Deno Worker: breaches | calls ten million functions that wait for ever
// deno-lint-ignore-file
export default async () => {
  const never = new Promise(() => undefined);
  const wait = async (text) => (await never, text);
  for (let i = 0; i < 1e7; i++) wait("x".repeat(64) + i);
  return { breach: "they wait" };
};
