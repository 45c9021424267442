// want=harmless | naive Deno Worker: holds | measures one thing and sends another
// deno-lint-ignore-file
export default async (_input, agent) => {
  let looks = 0;
  const grows = {
    get text() {
      return "x".repeat(++looks * 10_000);
    },
  };
  const endless = new Proxy([], {
    get: (_target, key) => (key === "length" ? 2 ** 53 - 1 : key === "toJSON" ? undefined : "x"),
  });
  const keys = Array.from({ length: 200 }, (_, i) => `k${i}`);
  const many = new Proxy({}, { ownKeys: () => keys, get: () => "y" });
  const ring = {};
  ring.ring = [ring];
  const sent = [];
  for (const args of [grows, ring, { toJSON: () => "z".repeat(3e5) }, new Map([[1, 2]]), many]) {
    sent.push(await agent.call("echo", args).then(() => "sent", (error) => error.name));
    sent.push(await agent.search("q", args).then(() => "sent", (error) => error.name));
  }
  agent.call("echo", endless).catch(() => {});
  return sent;
};
