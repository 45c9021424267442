import * as z from "zod";
import { startStack } from "../../dev/stack.ts";

/** A Postgres server for scratch databases. */
export interface Server extends AsyncDisposable {
  /** As a superuser, in a database that is not ours to fill. */
  readonly adminUrl: string;
}

const Shared = z.object({ adminUrl: z.string() });

/** The server of the stack that a whole test run shares, or one of our own until it is disposed. */
export async function openServer(): Promise<Server> {
  const shared = Deno.env.get("CLOISTER_TEST_STACK");
  if (shared !== undefined) {
    const { adminUrl } = Shared.parse(JSON.parse(shared));
    return { adminUrl, [Symbol.asyncDispose]: () => Promise.resolve() };
  }
  const dir = await Deno.makeTempDir({ prefix: "cloister-database-" });
  const stack = await startStack({ dir, port: 0, functions: false, clock: false, log: () => {} });
  return {
    adminUrl: stack.adminUrl,
    async [Symbol.asyncDispose]() {
      await stack.stop();
      await Deno.remove(dir, { recursive: true });
    },
  };
}
