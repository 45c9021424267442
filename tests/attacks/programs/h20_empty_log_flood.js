// want=limit | naive Deno Worker: breaches | prints nothing, without end
// deno-lint-ignore-file
export default () => {
  for (;;) console.log("");
};
