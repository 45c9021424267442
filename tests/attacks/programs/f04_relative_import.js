// want=refused | naive Deno Worker: holds | climbs out of its own place by a relative import
// deno-lint-ignore-file
export default async () => {
  const up = "../".repeat(12);
  for (const path of ["etc/passwd", "proc/self/environ"]) {
    try {
      return { breach: await import(up + path) };
    } catch {
      continue;
    }
  }
  return "refused";
};
