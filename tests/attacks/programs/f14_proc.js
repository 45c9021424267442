// want=refused | naive Deno Worker: holds | reads what the kernel tells of processes
// deno-lint-ignore-file
export default async () => {
  const read = [];
  for (const file of ["self/environ", "self/cmdline", "self/maps", "1/cmdline", "self/fd/3"]) {
    for (
      const open of [
        () => Deno.readTextFileSync("/proc/" + file),
        () => import("file:///proc/" + file, { with: { type: "text" } }),
      ]
    ) {
      try {
        read.push([file, String((await open()).default ?? "").slice(0, 40)]);
      } catch {
        continue;
      }
    }
  }
  return read.length > 0 ? { breach: read } : "nothing";
};
