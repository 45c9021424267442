// want=harmless | naive Deno Worker: holds | evaluates a text that is nested too deeply for any parser
// deno-lint-ignore-file
export default () => {
  try {
    return (0, eval)("[".repeat(50000));
  } catch (error) {
    return error.name;
  }
};
