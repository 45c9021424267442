// want=harmless | naive Deno Worker: holds | cuts its texts in the middle of characters
// deno-lint-ignore-file
export default (_input, agent) => {
  const pairs = "\ud83d\ude00".repeat(10);
  for (let cut = 0; cut < 20; cut++) {
    agent.log(pairs.slice(cut), { cut: pairs.slice(0, cut) });
    agent.output(pairs.slice(cut, cut + 1));
  }
  throw Object.assign(new Error("\ud83d".repeat(3000)), { name: "\ude00".repeat(300) });
};
