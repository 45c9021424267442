// want=ok | naive Deno Worker: runs | logs nine hundred lines
// deno-lint-ignore-file
export default () => {
  for (let i = 0; i < 900; i++) console.log("line " + i);
  return 900;
};
