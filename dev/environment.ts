import * as z from "zod";
import { StackError } from "./error.ts";
import type { StackOptions } from "./stack.ts";

const Variables = z.object({
  CLOISTER_DATABASE_URL: z.url({ protocol: /^postgres(ql)?$/ }).optional(),
  REDIS_URL: z.url({ protocol: /^rediss?$/ }).optional(),
});

/** What the environment says about a stack's Postgres and Redis. An empty variable says nothing. */
export function fromEnvironment(): Pick<StackOptions, "databaseUrl" | "redisUrl"> {
  const names = Object.keys(Variables.shape);
  const given = names.flatMap((name) => {
    const value = Deno.env.get(name);
    return value === undefined || value === "" ? [] : [[name, value]];
  });
  const { success, data, error } = Variables.safeParse(Object.fromEntries(given));
  if (!success) throw new StackError(`The environment is malformed:\n${z.prettifyError(error)}`);
  return {
    ...data.CLOISTER_DATABASE_URL !== undefined && { databaseUrl: data.CLOISTER_DATABASE_URL },
    ...data.REDIS_URL !== undefined && { redisUrl: data.REDIS_URL },
  };
}
