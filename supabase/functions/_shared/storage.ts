import { createClient } from "@supabase/supabase-js";
import { CLIENT_OPTIONS } from "./db.ts";
import type { Env } from "./env.ts";

/** A private bucket of contents, by id. Throws what the storage said, or that it did not answer. */
export interface ObjectStore {
  put(id: string, bytes: Uint8Array): Promise<void>;
  get(id: string): Promise<Uint8Array>;
  /** What is not there counts as removed. */
  remove(ids: readonly string[]): Promise<void>;
}

/**
 * A bucket of Supabase Storage, reached with the secret key because no user may read it. Like the
 * service client it hands out verbs instead of the client, and it reaches no table.
 */
export function createObjectStore(
  env: Pick<Env, "supabaseUrl" | "secretKey">,
  bucketName: string,
): ObjectStore {
  const client = createClient(env.supabaseUrl, env.secretKey, CLIENT_OPTIONS);
  const bucket = client.storage.from(bucketName);
  return {
    async put(id, bytes) {
      const options = { contentType: "application/octet-stream", upsert: false };
      const { error } = await bucket.upload(id, bytes, options);
      if (error) throw error;
    },
    async get(id) {
      const { data, error } = await bucket.download(id);
      if (error) throw error;
      return new Uint8Array(await data.arrayBuffer());
    },
    async remove(ids) {
      const { error } = await bucket.remove([...ids]);
      if (error) throw error;
    },
  };
}
