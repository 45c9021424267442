// want=refused | naive Deno Worker: breaches | imports a secret as text
// deno-lint-ignore-file
import secret from "file:///srv/cloister-canary/secret.txt" with { type: "text" };
export default () => ({ breach: secret });
