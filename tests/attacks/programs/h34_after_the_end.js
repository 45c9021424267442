// want=harmless | naive Deno Worker: breaches | goes on sending after its result
// deno-lint-ignore-file
export default (_input, agent) => {
  const later = (ticks) => {
    if (ticks > 0) return Promise.resolve().then(() => later(ticks - 1));
    agent.output("FORGED");
    agent.call("FORGED");
    throw new Error("FORGED");
  };
  setTimeout(() => later(0), 0);
  setInterval(() => agent.output("FORGED"), 1);
  later(200).catch(() => undefined);
  return "real";
};
