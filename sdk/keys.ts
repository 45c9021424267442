import type { Api } from "./api.ts";
import type { Listing } from "./listing.ts";
import type { CreatedKey, Key, NewKey, Rotation } from "./wire.ts";

/** API keys of the caller, for programs. Managing them takes a person: no key makes another. */
export class Keys {
  readonly #api: Api;

  /** Of whoever calls. */
  constructor(api: Api) {
    this.#api = api;
  }

  /** Newest first, without their secrets. */
  list(): Listing<Key> {
    return this.#api.list("/admin/keys");
  }

  /** Makes a key. The key itself is in this answer alone. */
  create(key: NewKey): Promise<CreatedKey> {
    return this.#api.request("POST", "/admin/keys", { body: key });
  }

  /** A key, without its secret. */
  get(id: string): Promise<Key> {
    return this.#api.request("GET", "/admin/keys/{id}", { params: { id } });
  }

  /** Revokes a key, at once and for good. */
  revoke(id: string): Promise<Key> {
    return this.#api.request("DELETE", "/admin/keys/{id}", { params: { id } });
  }

  /** Makes a successor; the key before is good for a while. */
  rotate(id: string, rotation: Rotation = {}): Promise<CreatedKey> {
    return this.#api.request("POST", "/admin/keys/{id}/rotate", { params: { id }, body: rotation });
  }
}
