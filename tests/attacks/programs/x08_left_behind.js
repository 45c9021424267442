// want=harmless run=pair-seq | naive Deno Worker: holds | leaves timers, promises and changed built-ins for the next run
// deno-lint-ignore-file
const natives = [JSON.parse, JSON.stringify, Promise.prototype.then, Reflect.apply, Object.freeze];
export default async ({ role }, agent) => {
  if (role === "b") {
    const changed = [...natives, setTimeout, console.log].some((f) => /FROM-A/.test(String(f)));
    const limit = Error.stackTraceLimit === 77 || new Error("x").stack === "FROM-A";
    await new Promise((resolve) => setTimeout(resolve, 60));
    return changed || limit || globalThis.heard ? { breach: [changed, limit] } : "clean";
  }
  const haunt = () => {
    globalThis.heard = true;
    agent.output("FORGED");
  };
  setInterval(haunt, 80);
  agent.call("slow", { ms: 90 }).then(haunt, haunt);
  Error.prepareStackTrace = () => "FROM-A";
  Error.stackTraceLimit = 77;
  for (const owner of [JSON, Promise.prototype, Reflect, Object]) {
    for (const name of Object.getOwnPropertyNames(owner)) {
      if (typeof owner[name] === "function" && name !== "constructor") {
        owner[name] = new Proxy(owner[name], {});
      }
    }
  }
  globalThis.console = { log: "FROM-A" };
  return null;
};
