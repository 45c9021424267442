// want=harmless | naive Deno Worker: holds | parses a text of a million brackets
// deno-lint-ignore-file
export default () => {
  try {
    return typeof JSON.parse("[".repeat(1000000));
  } catch (error) {
    return error.name;
  }
};
