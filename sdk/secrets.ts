import type { Api } from "./api.ts";
import type { Listing } from "./listing.ts";
import type { NewSecret, Secret, SecretChange } from "./wire.ts";

/** Values that tools put in requests of an agent, and no agent sees. */
export class Secrets {
  readonly #api: Api;

  /** Of whoever calls. */
  constructor(api: Api) {
    this.#api = api;
  }

  /** Newest first, without their values. */
  list(): Listing<Secret> {
    return this.#api.list("/admin/secrets");
  }

  /** Keeps a secret, encrypted. No answer ever has its value. */
  create(secret: NewSecret): Promise<Secret> {
    return this.#api.request("POST", "/admin/secrets", { body: secret });
  }

  /** A secret, without its value. */
  get(id: string): Promise<Secret> {
    return this.#api.request("GET", "/admin/secrets/{id}", { params: { id } });
  }

  /** Puts another value in its place. */
  update(id: string, change: SecretChange): Promise<Secret> {
    return this.#api.request("PUT", "/admin/secrets/{id}", { params: { id }, body: change });
  }

  /** Deletes a secret: requests that would carry it fail from now on. */
  remove(id: string): Promise<void> {
    return this.#api.request("DELETE", "/admin/secrets/{id}", { params: { id } });
  }
}
