import * as z from "zod";
import { createCache } from "../cache.ts";
import { type Db, rows } from "../db.ts";
import { Fault } from "../fault.ts";
import type { Caller } from "./caller.ts";

const Count = z.number().min(0);

const MyAccess = z.object({
  role: z.string().nullable(),
  permissions: z.array(z.string()),
  limits: z.object({
    read: Count,
    write: Count,
    execute: Count,
    stream: Count,
    concurrent_runs: Count,
    cpu_seconds_per_day: Count,
  }),
  key: z.object({ id: z.uuid(), name: z.string(), agent: z.string().nullable() }).nullable(),
});

/** What a caller may do and spend, as the database said less than 30 s ago. */
export type Access = z.infer<typeof MyAccess>;

/** What is known of callers' access. */
export interface AccessBook {
  of(caller: Caller, db: Db): Promise<Access>;
  /** The next who asks for this caller asks the database. */
  forget(caller: Caller): void;
}

const LIFE_MS = 30_000;
const REMEMBERED = 1_000;

/**
 * A book that keeps an answer for 30 s. It is good for limits and for letting through to rules that
 * Postgres guards; no refusal, and nothing that only the functions guard, may rest on it.
 */
export function createAccessBook(now: () => number = () => performance.now()): AccessBook {
  const cache = createCache<{ access: Access; at: number }>({
    capacity: REMEMBERED,
    staleAt: ({ at }) => at + LIFE_MS,
    now,
  });
  return {
    async of(caller, db) {
      const asked = async () => ({ at: now(), access: await ask(caller, db) });
      return (await cache.get(caller.identity, asked)).access;
    },
    forget: ({ identity }) => cache.forget(identity),
  };
}

async function ask(caller: Caller, db: Db): Promise<Access> {
  try {
    return MyAccess.parse(rows(await db.rpc("my_access")));
  } catch (cause) {
    const isOurs = caller.via !== "session" && cause instanceof Fault &&
      cause.code === "token_invalid";
    if (!isOurs) throw cause;
    throw new Fault("internal", undefined, {
      cause: new Error("Postgres does not know CLOISTER_SIGNING_KEY: import it", { cause }),
    });
  }
}
