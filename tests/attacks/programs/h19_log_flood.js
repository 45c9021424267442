// want=limit safe | naive Deno Worker: breaches | prints without end
// deno-lint-ignore-file
export default () => {
  for (;;) console.log("a line that nobody needs");
};
