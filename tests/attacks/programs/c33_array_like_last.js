// want=timeout safe | naive Deno Worker: breaches | searches an array-like of length 2^53 - 1 from its end
// deno-lint-ignore-file
export default () => Array.prototype.lastIndexOf.call({ length: 2 ** 53 - 1 }, "x");
