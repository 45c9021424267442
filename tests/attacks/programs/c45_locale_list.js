// want=timeout | naive Deno Worker: breaches | names four thousand million locales
// deno-lint-ignore-file
export default () => {
  const locales = new Proxy({}, {
    has: () => true,
    get: (_target, key) => key === "length" ? 2 ** 32 - 1 : "en",
  });
  return Intl.getCanonicalLocales(locales);
};
