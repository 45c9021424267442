// want=refused safe | naive Deno Worker: breaches | reads and writes files through Deno
// deno-lint-ignore-file
export default () => {
  const found = [];
  for (
    const read of [
      () => Deno.readTextFileSync("/srv/cloister-canary/secret.txt"),
      () => Deno.readDirSync("/").next().value.name,
      () => Deno.makeTempFileSync(),
      () => Deno.cwd(),
      () => Deno.openSync("/srv/cloister-canary/new", { create: true, write: true }),
    ]
  ) {
    try {
      found.push(String(read()));
    } catch {
      continue;
    }
  }
  return found.length > 0 ? { breach: found } : "refused";
};
