import * as z from "zod";
import { Timestamp } from "../schema.ts";

/** What a value is bound to: it opens in this place only, and under these terms. */
export interface Binding {
  id: string;
  ownerId: string;
  /** The one agent that it is for; null where it is for all of its owner's. */
  agentId: string | null;
  name: string;
  version: number;
  hosts: readonly string[];
  /** ISO 8601 in UTC, to the millisecond. */
  expiresAt: string | null;
}

/** A value as it is kept: locked by the key that is named. */
export interface Sealed {
  kid: string;
  sealed: string;
}

/** A locked value and what the database says it is bound to. */
export interface StoredSecret extends Sealed {
  binding: Binding;
}

/** What the database must answer for us to open it. */
export const StoredRow = z.object({
  id: z.uuid(),
  owner_id: z.guid(),
  agent_id: z.uuid().nullable(),
  name: z.string(),
  version: z.int().min(1),
  hosts: z.array(z.string()),
  expires_at: Timestamp.nullable(),
  kid: z.string(),
  sealed: z.string().nullable(),
}).transform(({ owner_id, agent_id, expires_at, kid, sealed, ...rest }): StoredSecret => ({
  binding: { ...rest, ownerId: owner_id, agentId: agent_id, expiresAt: expires_at },
  kid,
  // What Vault does not open is nothing that we could.
  sealed: sealed ?? "",
}));
