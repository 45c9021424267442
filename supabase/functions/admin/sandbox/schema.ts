import * as z from "zod";
import { limitsOf } from "../../_shared/sandbox/schema.ts";

const Count = z.int().min(0);
const Layers = z.array(z.string().max(64)).max(64);

/** What a run may spend. */
const SandboxLimits = z.object(limitsOf(Count)).meta({ id: "SandboxLimits" });

/** What runs the agents of this deployment. */
export const Sandbox = z.object({
  engine: z.string().max(64),
  layers: Layers.meta({ description: "The walls around a program, outermost last" }),
  defaults: SandboxLimits,
  ceiling: SandboxLimits,
  pool: z.record(z.string().max(64), z.number()).nullable()
    .meta({ description: "What the engine's pool counts, where it has one" }),
}).meta({ id: "Sandbox" });
export type Sandbox = z.infer<typeof Sandbox>;

/** What to verify. */
export const NewVerification = z.strictObject({
  programs: z.array(z.string().max(64)).min(1).max(500).optional()
    .meta({ description: "The programs to play, by name; all of them if left out" }),
}).meta({ id: "NewVerification" });

/** What a program is to come to. */
export const Want = z.enum(["timeout", "memory", "limit", "refused", "error", "harmless", "ok"]);
export type Want = z.infer<typeof Want>;

/** What became of one program. */
export const Verdict = z.object({
  name: z.string().max(64),
  want: Want,
  attempted: z.string().max(500),
  ending: z.string().max(64).meta({ description: "How it ended, or `skipped` for want of time" }),
  held: z.boolean().nullable().meta({ description: "Null if it was skipped" }),
  ms: Count,
}).meta({ id: "Verdict" });
export type Verdict = z.infer<typeof Verdict>;

/** Whether the sandbox of this deployment holds what it was tried with. */
export const Verification = z.object({
  engine: z.string().max(64),
  layers: Layers,
  held: Count,
  breached: Count,
  skipped: Count,
  programs: z.array(Verdict).max(500),
}).meta({ id: "Verification" });
export type Verification = z.infer<typeof Verification>;
