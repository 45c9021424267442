// want=ok | naive Deno Worker: runs | groups and sums rows
// deno-lint-ignore-file
export default () => {
  const rows = Array.from({ length: 1000 }, (_, i) => ({ team: "t" + i % 5, points: i }));
  const sums = {};
  for (const { team, points } of rows) sums[team] = (sums[team] ?? 0) + points;
  return Object.entries(sums).sort();
};
