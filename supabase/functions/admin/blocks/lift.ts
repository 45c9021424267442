import type { Db } from "../../_shared/db.ts";
import { Fault } from "../../_shared/fault.ts";
import type { Limits } from "../../_shared/limit/limits.ts";
import { note } from "../audit/repo.ts";

/**
 * Lifts the block of an address. The entry comes first, so that no block is lifted without one, and
 * writing it asks the database anew whether the caller may.
 */
export async function liftBlock(
  { db, blocks }: { db: Db; blocks: Limits["blocks"] },
  address: string,
): Promise<void> {
  const block = (await blocks.list()).find((block) => block.address === address);
  if (block === undefined) throw new Fault("not_found");
  await note(db, {
    action: "block.lifted",
    resourceType: "address",
    resourceId: address,
    details: { rule: block.rule },
  });
  await blocks.lift(address);
}
