// want=timeout | naive Deno Worker: holds | returns an array that says it has 2^53 - 1 elements
// deno-lint-ignore-file
export default () =>
  new Proxy([], { get: (_target, key) => key === "length" ? 2 ** 53 - 1 : undefined });
