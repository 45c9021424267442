// want=harmless | naive Deno Worker: breaches | hopes that somebody fetches its source map
// deno-lint-ignore-file
export default () => {
  const fail = new Function(
    "throw new Error('x') //# sourceMappingURL=http://127.0.0.1:47811/e13b",
  );
  try {
    fail();
  } catch (error) {
    throw new Error(String(error.stack).length > 0 ? "mapped" : "x");
  }
};
//# sourceMappingURL=http://127.0.0.1:47811/e13
