import { utf8Bytes } from "../../_shared/json.ts";
import { ToolRefusal } from "../../_shared/policy/refusal.ts";
import type { Prepared } from "./tool.ts";

/** As the ledger's column: any line of a shell, and any list of recipients, fits whole. */
const MAX_BYTES = 32_768;
/** Where nobody is asked, a row is a note. */
const MAX_NOTE_BYTES = 4_096;
const ASKED_CHARS = 8_000;
const NOTE_CHARS = 1_000;
const MAX_ITEMS = 24;

/** What a reader does not see, or sees where it is not: controls, marks of direction, zero widths. */
const UNSEEN = /[\p{Cc}\p{Cf}\p{Cs}\p{Zl}\p{Zp}\u034f\u115f\u1160\u3164\uffa0]/gu;

/**
 * What the ledger keeps of a call, and what a person sees who is asked about it, as JSON text. What
 * does not fit is shortened and says by how much. Throws {@link ToolRefusal} (`invalid_arguments`)
 * where a person is asked who would not see all that the tool wants to be seen whole.
 */
export function summaryText(
  { summary, whole }: Pick<Prepared, "summary" | "whole">,
  { asked }: { asked: boolean },
): string {
  const most = asked ? MAX_BYTES : MAX_NOTE_BYTES;
  for (let chars = asked ? ASKED_CHARS : NOTE_CHARS; chars >= 1; chars = Math.floor(chars / 2)) {
    const bounds = { chars, items: Math.min(chars, MAX_ITEMS), whole: asked ? whole : [] };
    const text = JSON.stringify(shown(summary, bounds)) ?? "null";
    if (utf8Bytes(text) <= most) return text;
  }
  if (!asked) return JSON.stringify("… too much to be told");
  throw new ToolRefusal(
    "invalid_arguments",
    "Too long to be shown whole to who has to approve it.",
  );
}

/** A text as a terminal can show it, on one line, whatever a program made it of. */
export function legibleLine(text: string, most: number): string {
  const line = text.length > most ? text.slice(0, most - 1) + "…" : text;
  return line.replace(UNSEEN, "\ufffd");
}

interface Bounds {
  chars: number;
  items: number;
  /** The keys of which nothing is left out. */
  whole: readonly string[];
}

const UNBOUND: Bounds = { chars: Infinity, items: Infinity, whole: [] };

function shown(value: unknown, bounds: Bounds): unknown {
  if (typeof value === "string") return shortened(value, bounds.chars);
  if (typeof value !== "object" || value === null) return value;
  if (Array.isArray(value)) {
    const left = value.length - bounds.items;
    const items = value.slice(0, bounds.items).map((item) => shown(item, bounds));
    return left > 0 ? [...items, `… and ${left} more`] : items;
  }
  const entries = Object.entries(value).map(([key, item]) =>
    [key, shown(item, bounds.whole.includes(key) ? UNBOUND : bounds)] as const
  );
  return Object.fromEntries(entries);
}

/** Line feeds and tabs stay: JSON shows them. */
function shortened(text: string, most: number): string {
  const left = text.length - most;
  const begin = left > 0 ? text.slice(0, most) : text;
  const seen = begin.replace(UNSEEN, (char) => char === "\n" || char === "\t" ? char : "\ufffd");
  return left > 0 ? `${seen}…(+${left})` : seen;
}
