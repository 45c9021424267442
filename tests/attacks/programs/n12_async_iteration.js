// want=ok | naive Deno Worker: runs | iterates asynchronously
// deno-lint-ignore-file
async function* pages(agent) {
  for (let page = 1; page <= 3; page++) yield await agent.call("echo", { page });
}
export default async (_input, agent) => {
  const seen = [];
  for await (const { page } of pages(agent)) seen.push(page);
  return seen.join() === "1,2,3" ? seen : [].missing.value;
};
