import * as z from "zod";
import { parseInputSchema } from "../../_shared/input_schema.ts";
import type { InputSchema } from "../../_shared/input_schema.ts";
import { Fault } from "../../_shared/fault.ts";
import { clean } from "../../_shared/untrusted/clean.ts";
import { type Flag, suspect } from "../../_shared/untrusted/suspect.ts";

/** What a model answered, taken apart. */
export interface Written {
  source: string;
  notes: string;
  input_schema: InputSchema | null;
  flags: Flag[];
}

const About = z.object({
  notes: z.string().default(""),
  input_schema: z.unknown().default(null),
});
const MAX_NOTES = 4_000;

/** Takes an answer apart; undefined where there is no source in it. What is hidden is left out. */
export function readAnswer(answer: string): Written | undefined {
  const { text, hidden } = clean(answer);
  const blocks = blocksOf(text);
  const source = blocks.findLast(({ tag }) => /^(?:ts|typescript|js|javascript)$/.test(tag))?.text;
  const about = blocks.find(({ tag }) => tag === "json")?.text;
  if (source === undefined || source.trim() === "") return undefined;
  const { notes, input_schema } = aboutOf(about ?? "");
  return {
    source,
    notes: notes.slice(0, MAX_NOTES).toWellFormed(),
    input_schema: schemaOf(input_schema),
    flags: suspect(`${notes}\n${source}`, hidden),
  };
}

interface Block {
  /** In lower case. */
  tag: string;
  text: string;
}

/** What stands between fences, line by line, so that no answer takes longer than it is long. */
function blocksOf(text: string): Block[] {
  const blocks: Block[] = [];
  let open: { tag: string; lines: string[] } | undefined;
  for (const line of text.split("\n")) {
    if (open === undefined) {
      if (line.startsWith("```")) open = { tag: tagOf(line), lines: [] };
    } else if (line.startsWith("```") && line.slice(3).trim() === "") {
      blocks.push({ tag: open.tag, text: open.lines.map((each) => `${each}\n`).join("") });
      open = undefined;
    } else {
      open.lines.push(line);
    }
  }
  return blocks;
}

function tagOf(fence: string): string {
  return /^```(\w*)/.exec(fence)?.[1]?.toLowerCase() ?? "";
}

function aboutOf(json: string): z.output<typeof About> {
  try {
    return About.parse(JSON.parse(json));
  } catch {
    return About.parse({});
  }
}

/** A schema that cannot be checked is none: its author writes a better one. */
function schemaOf(value: unknown): InputSchema | null {
  try {
    return value === null ? null : parseInputSchema(value);
  } catch (thrown) {
    if (thrown instanceof Fault) return null;
    throw thrown;
  }
}
