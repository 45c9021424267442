import { generateKey, type KeyEnv } from "../../_shared/auth/key.ts";
import type { Db } from "../../_shared/db.ts";
import { insertRunner } from "./repo.ts";
import type { CreatedRunner, NewRunner } from "./schema.ts";

/** Makes a runner. The answer holds its key, which nothing keeps. */
export async function enlistRunner(
  { db, keyEnv }: { db: Db; keyEnv: KeyEnv },
  { name }: NewRunner,
): Promise<CreatedRunner> {
  const { key, ...material } = await generateKey(keyEnv, "cr");
  return { ...await insertRunner(db, name, material), key };
}
