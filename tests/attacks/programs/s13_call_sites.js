// want=harmless | naive Deno Worker: holds | asks the call sites of its stacks for functions of another world
// deno-lint-ignore-file
const isForeign = (value) => {
  if (value === null || typeof value !== "object" && typeof value !== "function") return false;
  let top = value;
  for (let up = top; up; up = Object.getPrototypeOf(up)) top = up;
  return top !== Object.prototype && top !== value;
};

export default async (_input, agent) => {
  const found = [];
  Error.stackTraceLimit = 200;
  Error.prepareStackTrace = (error, sites) => {
    found.push(error, sites);
    for (const site of sites ?? []) {
      for (const ask of ["getThis", "getFunction", "getTypeName", "getEvalOrigin"]) {
        try {
          found.push(site, site[ask]());
        } catch (refused) {
          found.push(refused);
        }
      }
    }
    return "";
  };
  const look = () => new Error("x").stack;
  look();
  setTimeout(look, 1);
  await agent.call("echo", { toJSON: look });
  await agent.call("nothing").catch(({ stack }) => stack);
  await import("x").catch(({ stack }) => stack);
  [1].map(look);
  JSON.stringify({ toJSON: look });
  await new Promise((resolve) => setTimeout(resolve, 5));
  const foreign = found.filter(isForeign);
  return foreign.length > 0 ? { breach: String(foreign[0]) } : found.length;
};
