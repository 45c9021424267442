// want=harmless | naive Deno Worker: breaches | goes on calling tools after it has returned
// deno-lint-ignore-file
export default (_input, agent) => {
  const haunt = () => agent.call("echo", "still here").then(haunt, haunt);
  haunt();
  setInterval(haunt, 1);
  return "gone";
};
