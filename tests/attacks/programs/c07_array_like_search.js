// want=timeout | naive Deno Worker: breaches | searches an array-like of length 2^53 - 1
// deno-lint-ignore-file
export default () => Array.prototype.lastIndexOf.call({ length: Number.MAX_SAFE_INTEGER }, "x");
