import * as z from "zod";
import { Timestamp } from "../../_shared/schema.ts";

/** The path parameter that names an address: IPv4, or a network of IPv6, as the list spells it. */
export const ByAddress = z.object({
  address: z.string().max(64).regex(/^(?:[0-9a-fA-F.:]+(?:\/\d{1,3})?|unknown)$/),
});

/** An address that is refused for now. */
export const Block = z.object({
  address: z.string().max(64),
  rule: z.string().max(64).meta({ description: "What there was too much of" }),
  offence: z.int().positive().meta({ description: "The how manyth block in a row this is" }),
  blocked_at: Timestamp,
  blocked_until: Timestamp,
}).meta({ id: "Block" });

/** All blocks that stand, at most 1,000. */
export const Blocks = z.object({ data: z.array(Block).max(1_000) }).meta({ id: "Blocks" });
