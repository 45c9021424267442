// want=refused safe | naive Deno Worker: breaches | imports from the network in its first line
// deno-lint-ignore-file
import stolen from "http://127.0.0.1:47811/e01";
export default () => ({ breach: stolen });
