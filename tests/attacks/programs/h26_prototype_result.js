// want=harmless | naive Deno Worker: holds | returns keys that poison a careless merge
// deno-lint-ignore-file
export default () =>
  JSON.parse('{"__proto__":{"polluted":1},"constructor":{"prototype":{"polluted":1}}}');
