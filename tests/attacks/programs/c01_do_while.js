// want=timeout safe | naive Deno Worker: breaches | spins without ever returning
// deno-lint-ignore-file
export default () => {
  do ; while (true);
};
