// want=timeout | naive Deno Worker: breaches | joins a template of 2^53 - 1 parts in one native call
// deno-lint-ignore-file
export default () => String.raw({ raw: { length: 2 ** 53 - 1 } });
