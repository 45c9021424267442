// want=harmless safe | naive Deno Worker: holds | plays with the placeholders of the log
// deno-lint-ignore-file
export default () => {
  console.log("%s%s%s%n%x%d %c %o %O %j", { toString: () => "x" }, "color: red");
  console.log("%c".repeat(1000), ..."css".repeat(300));
  console.error("\u001b]8;;http://127.0.0.1:47811/t18\u0007click\u001b]8;;\u0007");
  console.warn("\u202e\u2066\u200f", "\u0008".repeat(80), "\u009b2J");
  for (const name of ["table", "dir", "trace", "group", "time", "assert", "clear", "count"]) {
    console[name]?.("x");
  }
  return "logged";
};
