// want=memory | naive Deno Worker: breaches | a pattern with a million groups
// deno-lint-ignore-file
export default () => new RegExp("(?:a|".repeat(200000) + "b" + ")".repeat(200000)).test("b");
