import * as z from "zod";
import { rows } from "../db.ts";
import type { Service } from "../service.ts";
import type { ObjectStore } from "../storage.ts";

const BATCH = 100;

/**
 * Removes from Storage up to 100 contents that no file holds any more, and answers how many. They are
 * claimed first, so that two who do it at once do not do the same; what cannot be removed now is
 * garbage again in five minutes.
 */
export async function removeGarbage(objects: ObjectStore, service: Service): Promise<number> {
  const ids = z.uuid().array().parse(rows(await service("claim_garbage", { how_many: BATCH })));
  await removeObjects(objects, service, ids);
  return ids.length;
}

/** Removes contents from Storage, and then from the list of what is there. */
export async function removeObjects(
  objects: ObjectStore,
  service: Service,
  ids: string[],
): Promise<void> {
  if (ids.length === 0) return;
  await objects.remove(ids);
  rows(await service("forget_objects", { ids }));
}
