/** Serves a stack until its standard input ends; `own_stack.ts` starts it. */
import { startStack } from "../../../dev/stack.ts";
import { ADDRESS_HEADER } from "../../stack.ts";

const env = { CLOISTER_ENGINE: "quickjs", CLOISTER_CLIENT_ADDRESS_HEADER: ADDRESS_HEADER };
await using stack = await startStack({ temporary: true, port: 0, env, log: () => {} });
console.log(JSON.stringify(stack));
for await (const _ of Deno.stdin.readable);
