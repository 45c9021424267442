// want=timeout safe | naive Deno Worker: breaches | throws a proxy that never answers
// deno-lint-ignore-file
export default () => {
  const spin = () => {
    for (;;);
  };
  throw new Proxy(new Error("x"), { get: spin, getPrototypeOf: spin, has: spin, ownKeys: spin });
};
