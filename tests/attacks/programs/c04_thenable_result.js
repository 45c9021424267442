// want=timeout | naive Deno Worker: breaches | returns a thenable that resolves to itself for ever
// deno-lint-ignore-file
class Again {
  then(resolve) {
    resolve(new Again());
  }
}
export default () => new Again();
