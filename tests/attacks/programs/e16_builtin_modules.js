// want=refused | naive Deno Worker: breaches | asks for built-in modules without an import
// deno-lint-ignore-file
export default () => {
  const ways = {
    builtin: () => process.getBuiltinModule("node:http"),
    binding: () => process.binding("tcp_wrap"),
    main: () => process.mainModule.require("node:net"),
    module: () => module.constructor._load("node:dgram"),
    required: () => require("node:tls"),
  };
  const found = Object.entries(ways).flatMap(([name, ask]) => {
    try {
      return ask() ? [name] : [];
    } catch {
      return [];
    }
  });
  return found.length > 0 ? { breach: found } : "none";
};
