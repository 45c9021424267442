import type { Api } from "./api.ts";
import type { Listing } from "./listing.ts";
import type {
  NewWebhook,
  Webhook,
  WebhookChange,
  WebhookDelivery,
  WebhookRotation,
  WebhookWithSecret,
} from "./wire.ts";

/** Who is told how the runs of an agent end. */
export class Webhooks {
  readonly #api: Api;

  /** Of whoever calls. */
  constructor(api: Api) {
    this.#api = api;
  }

  /** Newest first, without their secrets. */
  async list(agent: string): Promise<Webhook[]> {
    const { data } = await this.#api.request("GET", "/agents/{name}/webhooks", {
      params: { name: agent },
    });
    return data;
  }

  /** Adds a webhook. Its secret is in this answer alone. */
  create(agent: string, webhook: NewWebhook): Promise<WebhookWithSecret> {
    return this.#api.request("POST", "/agents/{name}/webhooks", {
      params: { name: agent },
      body: webhook,
    });
  }

  /** A webhook, without its secret. */
  get(agent: string, id: string): Promise<Webhook> {
    return this.#api.request("GET", "/agents/{name}/webhooks/{id}", {
      params: { name: agent, id },
    });
  }

  /** Changes what is given, and leaves the rest. */
  update(agent: string, id: string, change: WebhookChange): Promise<Webhook> {
    return this.#api.request("PATCH", "/agents/{name}/webhooks/{id}", {
      params: { name: agent, id },
      body: change,
    });
  }

  /** Deletes a webhook with its deliveries. */
  remove(agent: string, id: string): Promise<void> {
    return this.#api.request("DELETE", "/agents/{name}/webhooks/{id}", {
      params: { name: agent, id },
    });
  }

  /** Makes a new secret; the one before signs beside it for a while. */
  rotate(agent: string, id: string, rotation: WebhookRotation = {}): Promise<WebhookWithSecret> {
    return this.#api.request("POST", "/agents/{name}/webhooks/{id}/rotate", {
      params: { name: agent, id },
      body: rotation,
    });
  }

  /** What a webhook was told and is to be, newest first. */
  deliveries(agent: string, id: string): Listing<WebhookDelivery> {
    return this.#api.list("/agents/{name}/webhooks/{id}/deliveries", {
      params: { name: agent, id },
    });
  }

  /** Tells it again. */
  redeliver(agent: string, id: string, delivery: string): Promise<WebhookDelivery> {
    return this.#api.request(
      "POST",
      "/agents/{name}/webhooks/{id}/deliveries/{delivery}/redeliver",
      { params: { name: agent, id, delivery } },
    );
  }
}
