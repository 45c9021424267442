// want=limit safe | naive Deno Worker: breaches | returns half a gigabyte
// deno-lint-ignore-file
export default () => "z".repeat(500000000);
