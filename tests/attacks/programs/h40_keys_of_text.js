// want=memory | naive Deno Worker: breaches | asks for the keys of a text of a hundred million letters
// deno-lint-ignore-file
export default () => ({ breach: Object.keys("x".repeat(2 ** 27)).length });
