// want=timeout safe | naive Deno Worker: breaches | turns an array-like of length 2^53 - 1 around
// deno-lint-ignore-file
export default () => [].reverse.call({ length: Number.MAX_SAFE_INTEGER });
