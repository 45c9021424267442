// want=limit | naive Deno Worker: breaches | returns a million keys
// deno-lint-ignore-file
export default () => Object.fromEntries(Array.from({ length: 1e6 }, (_, i) => ["key" + i, i]));
