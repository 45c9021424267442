// want=timeout safe | naive Deno Worker: breaches | an e-mail pattern that backtracks exponentially
// deno-lint-ignore-file
export default () => /^([\w.]+)+@[\w]+$/.test("a".repeat(60) + "!");
