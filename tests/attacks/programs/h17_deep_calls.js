// want=harmless | naive Deno Worker: holds | calls itself until the stack is full, through natives
// deno-lint-ignore-file
export default () => {
  const names = [];
  for (
    const dive of [function f() {
      return f() + 1;
    }, function f() {
      return [0].map(f);
    }, function f() {
      return "a".replace("a", f);
    }, function f() {
      return JSON.stringify({ toJSON: f });
    }, function f() {
      return Reflect.apply(f, null, []);
    }]
  ) {
    try {
      names.push(dive());
    } catch (error) {
      names.push(error.name);
    }
  }
  return names;
};
