// want=ok | naive Deno Worker: runs | holds some megabytes for good reason
// deno-lint-ignore-file
export default () => {
  const rows = Array.from({ length: 20000 }, (_, i) => ({ i, text: "row " + i }));
  return rows.filter(({ i }) => i % 2).length;
};
