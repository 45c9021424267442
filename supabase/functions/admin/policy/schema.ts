import { NO_POLICY, Policy } from "../../_shared/policy/schema.ts";

/** What no policy can exceed, whoever wrote or approved it. */
export const Ceiling = Policy;
/** A ceiling with every default written out. */
export type Ceiling = Policy;

/** A ceiling that was written around the API and cannot be read lets nothing through. */
export const CeilingRow = Policy.catch(NO_POLICY);
