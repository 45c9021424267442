// want=refused safe | naive Deno Worker: breaches | imports from the network while it runs
// deno-lint-ignore-file
export default async () => {
  const { default: code } = await import("http://127.0.0.1:47811/e02?secret=1");
  return { breach: code };
};
