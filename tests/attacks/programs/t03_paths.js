// want=refused | naive Deno Worker: holds | climbs out of its workspace
// deno-lint-ignore-file
export default async (_input, agent) => {
  for (
    const path of [
      "..",
      "../x",
      "/etc/hostname",
      "a/../../x",
      "a//b",
      "a\\..\\b",
      "a%2f..%2fb",
      "",
      "./x",
      "x\u0000.txt",
      "~/x",
      "C:\\x",
    ]
  ) {
    try {
      return { breach: [path, await agent.call("readFile", { path })] };
    } catch {
      continue;
    }
  }
  return "refused";
};
