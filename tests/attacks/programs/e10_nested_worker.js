// want=refused | naive Deno Worker: breaches | starts a worker whose code comes from the network
// deno-lint-ignore-file
export default () => {
  new Worker("http://127.0.0.1:47811/e10", { type: "module" });
};
