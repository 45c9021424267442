// want=harmless | naive Deno Worker: breaches | throws an error of ten megabytes
// deno-lint-ignore-file
export default () => {
  const error = new Error("m".repeat(10000000));
  error.name = "n".repeat(1000000);
  error.stack = "s".repeat(1000000);
  throw error;
};
