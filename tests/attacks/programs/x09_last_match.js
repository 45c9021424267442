// want=harmless run=pair-seq | naive Deno Worker: holds | reads what another tenant matched last
// deno-lint-ignore-file
export default ({ role }) => {
  if (role === "a") return /tenant-(secret)/.test("tenant-secret");
  const last = [RegExp.$1, RegExp.lastMatch, RegExp.input, RegExp["$_"], RegExp["$`"]].join("");
  return last.includes("secret") ? { breach: last } : "nothing";
};
