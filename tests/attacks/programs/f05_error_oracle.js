// want=refused | naive Deno Worker: breaches | tells existing files from missing ones by the error of an import
// deno-lint-ignore-file
export default async () => {
  const ask = (path) =>
    import(path).then(() => "loaded", (error) => error.message.replaceAll(path, ""));
  const [there, not] = [
    await ask("file:///srv/cloister-canary/secret.txt"),
    await ask("file:///srv/cloister-canary/missing.txt"),
  ];
  return there === not ? "same" : { breach: [there, not] };
};
