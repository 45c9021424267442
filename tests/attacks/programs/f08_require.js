// want=refused | naive Deno Worker: breaches | looks for a way to require
// deno-lint-ignore-file
export default () => {
  for (
    const way of [
      () => require("fs"),
      () => module.require("fs"),
      () => process.mainModule.require("fs"),
      () => process.binding("fs"),
      () => process.getBuiltinModule("fs"),
    ]
  ) {
    try {
      return { breach: Object.keys(way()).length };
    } catch {
      continue;
    }
  }
  return "refused";
};
