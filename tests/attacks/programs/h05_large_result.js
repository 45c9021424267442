// want=limit | naive Deno Worker: holds | returns one byte too much
// deno-lint-ignore-file
export default () => "z".repeat(256 * 1024 - 1);
