/** A stack in a process of its own, to be killed: says where it is, and goes on until it is. */
import * as z from "zod";
import { startStack } from "../../dev/stack.ts";
import { ADDRESS_HEADER } from "../stack.ts";

const Options = z.object({ dir: z.string(), port: z.number(), redisUrl: z.string().optional() });

const { redisUrl, ...options } = Options.parse(JSON.parse(Deno.args[0] ?? ""));
const { stop: _, ...stack } = await startStack({
  ...options,
  ...redisUrl !== undefined && { redisUrl },
  env: { CLOISTER_ENGINE: "quickjs", CLOISTER_CLIENT_ADDRESS_HEADER: ADDRESS_HEADER },
  log: () => {},
});
console.info = () => {};
console.log(JSON.stringify(stack));
