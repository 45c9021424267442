import { Fault } from "../../_shared/fault.ts";
import { RESERVED_NAMES } from "../../_shared/schema.ts";

/** Where the agents function has an agent; `not_found` for a name whose address is another route's. */
export function agentPath(name: string): string {
  if (RESERVED_NAMES.includes(name)) throw new Fault("not_found", "There is no such agent.");
  return `/agents/${encodeURIComponent(name)}`;
}
