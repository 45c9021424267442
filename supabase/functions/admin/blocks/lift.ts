import type { Db } from "../../_shared/db.ts";
import { Fault } from "../../_shared/fault.ts";
import type { Limits } from "../../_shared/limit/limits.ts";
import { note } from "../audit/repo.ts";

/**
 * Lifts the block of an address, however it is spelled. The entry comes while the block stands, so
 * that no block is lifted without one, and writing it asks the database anew whether the caller may.
 * `limiter_unavailable` where the block could not be lifted, and the entry says what was tried.
 */
export async function liftBlock(
  { db, blocks }: { db: Db; blocks: Limits["blocks"] },
  address: string,
): Promise<void> {
  const stood = await blocks.lift(address, (block) =>
    note(db, {
      action: "block.lifted",
      resourceType: "address",
      resourceId: block.address,
      details: { rule: block.rule },
    }));
  if (!stood) throw new Fault("not_found");
}
