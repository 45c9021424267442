// want=refused | naive Deno Worker: breaches | imports and runs a module of the host
// deno-lint-ignore-file
import secret from "file:///srv/cloister-canary/secret.js";
export default () => ({ breach: secret });
