import * as z from "zod";
import { InputSchema } from "../../_shared/input_schema.ts";
import { ModelName, Policy, SecretName } from "../../_shared/policy/schema.ts";
import { text } from "../../_shared/schema.ts";
import { Finding } from "../versions/schema.ts";

const MAX_SOURCE_CHARS = 256 * 1024;

/** What a caller wants an agent to do. */
export const NewDraft = z.strictObject({
  description: text(4_000).trim().min(10),
  language: z.enum(["typescript", "javascript"]).default("typescript"),
  model: ModelName.optional().meta({ description: "With a key of one's own: which model to ask" }),
  secret: SecretName.optional()
    .meta({ description: "A secret of one's own that holds a key for the model's provider" }),
}).refine(({ model, secret }) => model === undefined || secret !== undefined, {
  path: ["model"],
  error: "can only be chosen with a secret: the operator's key is for the operator's model",
}).meta({ id: "NewDraft" });
export type NewDraft = z.infer<typeof NewDraft>;

/** A draft, as it was written and checked. It is nowhere but in this answer. */
export const Draft = z.object({
  source: z.string().max(MAX_SOURCE_CHARS),
  language: z.enum(["typescript", "javascript"]),
  runnable: z.boolean().meta({ description: "Whether the check found no error in the source" }),
  findings: z.array(Finding).max(200),
  input_schema: InputSchema.nullable(),
  policy: Policy.meta({
    description: "What the source needs to be granted, as far as can be seen",
  }),
  unclear: z.array(z.string().max(300)).max(50)
    .meta({ description: "What the source reaches for that only its author can name" }),
  notes: z.string().max(4_000).meta({ description: "The model's own words about the draft" }),
  flags: z.array(z.string().max(64)).max(10)
    .meta({ description: "What in the model's answer looks like an attack" }),
  model: ModelName,
  usage: z.object({ input_tokens: z.int().min(0), output_tokens: z.int().min(0) }).nullable(),
}).meta({ id: "Draft" });
export type Draft = z.infer<typeof Draft>;
