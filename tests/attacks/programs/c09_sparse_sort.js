// want=timeout safe | naive Deno Worker: breaches | sorts an array that is nearly all holes
// deno-lint-ignore-file
export default () => {
  const rows = [];
  rows.length = 4294967295;
  rows[4294967294] = 0;
  return rows.sort().length;
};
