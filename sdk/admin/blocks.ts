import type { Api } from "../api.ts";
import type { Block } from "../wire.ts";

/** Addresses that nothing is taken from for a while. */
export class AddressBlocks {
  readonly #api: Api;

  /** Of whoever calls. */
  constructor(api: Api) {
    this.#api = api;
  }

  /** The addresses that are blocked now. */
  async list(): Promise<Block[]> {
    return (await this.#api.request("GET", "/admin/blocks")).data;
  }

  /** Lets an address in again. */
  remove(address: string): Promise<void> {
    return this.#api.request("DELETE", "/admin/blocks/{address}", { params: { address } });
  }
}
