// want=timeout | naive Deno Worker: breaches | moves an array-like of length 2^53 - 1 by one place
// deno-lint-ignore-file
export default () => Array.prototype.copyWithin.call({ length: 2 ** 53 - 1 }, 1, 0);
