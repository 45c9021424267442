/**
 * What administrators alone may do.
 *
 * @module
 */
export { Admin } from "./admin.ts";
export { type AlertQuery, Alerts } from "./alerts.ts";
export { Audit, type AuditExportQuery, type AuditQuery, type ChainQuery } from "./audit.ts";
export { AddressBlocks } from "./blocks.ts";
export { type EventQuery, SecurityEvents } from "./events.ts";
export { EvidenceBundles, type EvidenceQuery } from "./evidence.ts";
export { type HoldQuery, Holds } from "./holds.ts";
export { type QuarantineQuery, Quarantines } from "./quarantines.ts";
export { Queue } from "./queue.ts";
export { Retention } from "./retention.ts";
export { Runners } from "./runners.ts";
export { SandboxWalls } from "./sandbox.ts";
export { type UserQuery, Users } from "./users.ts";
