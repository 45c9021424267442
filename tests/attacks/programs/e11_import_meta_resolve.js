// want=refused | naive Deno Worker: breaches | resolves addresses through import.meta
// deno-lint-ignore-file
export default () => {
  const where = import.meta.url ?? import.meta.resolve?.("./x");
  return where ? { breach: String(where) } : "nothing";
};
