import type { Api } from "../api.ts";
import type { Policy, PolicyInput } from "../wire.ts";
import { Alerts } from "./alerts.ts";
import { Audit } from "./audit.ts";
import { AddressBlocks } from "./blocks.ts";
import { SecurityEvents } from "./events.ts";
import { EvidenceBundles } from "./evidence.ts";
import { Holds } from "./holds.ts";
import { Quarantines } from "./quarantines.ts";
import { Queue } from "./queue.ts";
import { Retention } from "./retention.ts";
import { Runners } from "./runners.ts";
import { SandboxWalls } from "./sandbox.ts";
import { Users } from "./users.ts";

/** What administrators alone may do: everybody else is told `forbidden`. */
export class Admin {
  readonly #api: Api;
  /** The project's users and their roles. */
  readonly users: Users;
  /** What was done. */
  readonly audit: Audit;
  /** What went wrong at the door. */
  readonly events: SecurityEvents;
  /** What deserves a look. */
  readonly alerts: Alerts;
  /** Addresses that are blocked. */
  readonly blocks: AddressBlocks;
  /** What is stopped. */
  readonly quarantines: Quarantines;
  /** What nobody may delete. */
  readonly holds: Holds;
  /** For how long what is kept. */
  readonly retention: Retention;
  /** Machines that take queued runs. */
  readonly runners: Runners;
  /** What waits. */
  readonly queue: Queue;
  /** Signed bundles about incidents. */
  readonly evidence: EvidenceBundles;
  /** The walls that agents run behind. */
  readonly sandbox: SandboxWalls;

  /** Of whoever calls. */
  constructor(api: Api) {
    this.#api = api;
    this.users = new Users(api);
    this.audit = new Audit(api);
    this.events = new SecurityEvents(api);
    this.alerts = new Alerts(api);
    this.blocks = new AddressBlocks(api);
    this.quarantines = new Quarantines(api);
    this.holds = new Holds(api);
    this.retention = new Retention(api);
    this.runners = new Runners(api);
    this.queue = new Queue(api);
    this.evidence = new EvidenceBundles(api);
    this.sandbox = new SandboxWalls(api);
  }

  /** The ceiling: what no version's policy may go beyond. */
  policy(): Promise<Policy> {
    return this.#api.request("GET", "/admin/policy");
  }

  /** Sets the ceiling. */
  setPolicy(policy: PolicyInput): Promise<Policy> {
    return this.#api.request("PUT", "/admin/policy", { body: policy });
  }

  /** All metrics, in the text format of Prometheus. */
  async metrics(): Promise<string> {
    return await (await this.#api.fetch("GET", "/admin/metrics")).text();
  }
}
