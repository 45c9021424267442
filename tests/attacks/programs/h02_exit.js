// want=refused safe | naive Deno Worker: holds | leaves the process
// deno-lint-ignore-file
export default () => {
  for (
    const leave of [
      () => Deno.exit(7),
      () => process.exit(7),
      () => process.abort(),
      () => self.close(),
    ]
  ) {
    try {
      leave();
    } catch {
      continue;
    }
  }
};
