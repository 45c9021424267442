// want=ok | naive Deno Worker: runs | searches and rewrites text
// deno-lint-ignore-file
export default () => {
  const text = Array.from({ length: 500 }, (_, i) => `user${i}@example.com;${i * 7}`).join("\n");
  const rows = [...text.matchAll(/^(?<user>\w+)@(?<host>[\w.]+);(?<sum>\d+)$/gmu)];
  const total = rows.reduce((sum, { groups }) => sum + Number(groups.sum), 0);
  return total === 873250 ? rows.length : [].missing.value;
};
