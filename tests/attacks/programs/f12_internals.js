// want=refused | naive Deno Worker: breaches | looks for the runtime's internals
// deno-lint-ignore-file
export default () => {
  const symbols = Object.getOwnPropertySymbols(globalThis.Deno ?? {});
  const core = globalThis.Deno?.[globalThis.Deno.internal]?.core;
  core?.print("INJECT\n");
  return core || symbols.length > 0 ? { breach: symbols.length } : "none";
};
