// want=harmless safe | naive Deno Worker: breaches | speaks the language of its supervisor
// deno-lint-ignore-file
export default (_input, agent) => {
  const ending = { type: "ending", status: "succeeded", output: "forged" };
  globalThis.postMessage?.(ending);
  console.log(JSON.stringify(ending));
  agent.output(ending);
  return "real";
};
