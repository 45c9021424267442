import { Fault } from "../fault.ts";

/** What a ledger throws that nobody can write into at the moment: a journal waits and tries again. */
export function away(cause: unknown): Fault {
  return new Fault("database_unavailable", undefined, { cause });
}

/** What a ledger throws that refuses what it is told: a journal does not insist. */
export function refused(cause: unknown): Fault {
  return new Fault("invalid_request", undefined, { cause });
}
