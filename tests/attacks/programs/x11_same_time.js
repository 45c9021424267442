// want=harmless run=pair-par | naive Deno Worker: holds | changes its built-ins while another tenant runs
// deno-lint-ignore-file
export default async ({ role }, agent) => {
  const before = [Array.prototype.map, JSON.parse, Math.random].map(String).join();
  for (let i = 0; i < 10; i++) {
    if (role === "a") {
      Array.prototype.map = JSON.parse = Math.random = () => "FROM-A";
      globalThis.shared = "FROM-A";
    }
    await agent.call("slow", { ms: 5 });
    if (role === "b" && (globalThis.shared || String(Array.prototype.map) === "FROM-A")) {
      return { breach: globalThis.shared };
    }
  }
  const after = [Array.prototype.map, JSON.parse, Math.random].map(String).join();
  return role === "b" && before !== after ? { breach: after } : "apart";
};
