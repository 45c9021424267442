import * as z from "zod";
import { createCache } from "../cache.ts";
import { rows } from "../db.ts";
import { Fault } from "../fault.ts";
import type { Service } from "../service.ts";
import { type KeyEnv, parseKey, sha256Hex } from "./key.ts";

/** What recognising runners needs from outside. */
export interface RunnerDeps {
  service: Service;
  keyEnv: KeyEnv;
  /** Milliseconds since 1970. */
  now?(): number;
}

/** Recognises runners by their keys. */
export interface Runners {
  /**
   * The runner whose key an `Authorization` header brings. Throws `unauthenticated`, `key_invalid`
   * or `key_revoked`. `stranger` is awaited before the database is asked about a key that is not
   * known here yet, and before anything malformed is refused: it may refuse instead.
   */
  identify(header: string | undefined, stranger: () => Promise<unknown>): Promise<string>;
}

const REMEMBERED = 1_000;
const REMEMBER_MS = 60_000;

/**
 * A book of runners that remembers for a minute whose a key is, by the key's hash, and nothing of
 * what it may: each function that a runner calls asks the database anew whether it still may.
 */
export function createRunners({ service, keyEnv, now = Date.now }: RunnerDeps): Runners {
  const cache = createCache<{ id: string; until: number }>({
    capacity: REMEMBERED,
    staleAt: ({ until }) => until,
    now,
  });
  return {
    async identify(header, stranger) {
      const [, text = ""] = /^Bearer (cr_\w{1,100})$/i.exec(header ?? "") ?? [];
      const parts = parseKey(text, keyEnv, "cr");
      if (parts === undefined) {
        await stranger();
        throw new Fault(header === undefined || header === "" ? "unauthenticated" : "key_invalid");
      }
      const secretHash = await sha256Hex(parts.secret);
      const { id } = await cache.get(await sha256Hex(text), async () => {
        await stranger();
        const reply = await service("authenticate_runner", {
          public_id: parts.publicId,
          secret_hash: secretHash,
        });
        return { id: z.uuid().parse(rows(reply)), until: now() + REMEMBER_MS };
      });
      return id;
    },
  };
}
