// want=error | naive Deno Worker: runs | throws an ordinary error
// deno-lint-ignore-file
export default () => {
  throw new TypeError("this agent has a bug");
};
