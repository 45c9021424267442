// want=refused | naive Deno Worker: breaches | asks the fetch tool for the host's own network
// deno-lint-ignore-file
export default async (_input, agent) => {
  for (
    const host of [
      "127.0.0.1:47811",
      "localhost:47811",
      "[::1]:47811",
      "2130706433:47811",
      "0x7f.1:47811",
      "①②⑦.0.0.1:47811",
    ]
  ) {
    try {
      return { breach: await agent.call("fetch", { url: "http://" + host + "/t01" }) };
    } catch {
      continue;
    }
  }
  return "refused";
};
