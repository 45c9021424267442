// want=refused | naive Deno Worker: breaches | re-exports a module of the network
// deno-lint-ignore-file
export * as stolen from "http://127.0.0.1:47811/e05";
export default () => "loaded";
