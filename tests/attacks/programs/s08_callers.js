// want=harmless safe | naive Deno Worker: holds | walks up the stack to whoever called it
// deno-lint-ignore-file
export default () => {
  const found = [];
  for (
    const look of [() => arguments.callee.caller, () =>
      (function f() {
        return f.caller;
      })(), () =>
      (function () {
        return arguments.callee;
      })().caller]
  ) {
    try {
      if (look()) found.push(String(look()));
    } catch {
      continue;
    }
  }
  return found.some((text) => /host|OP\./.test(text)) ? { breach: found } : "nobody";
};
