// want=timeout | naive Deno Worker: holds | a top-level await that never ends
// deno-lint-ignore-file
await new Promise(() => undefined);
export default () => "unreachable";
