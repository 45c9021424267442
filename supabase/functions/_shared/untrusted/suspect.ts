/** What about a text looks like it wants to command a language model. A hint, never a proof. */
export type Flag =
  | "hidden_text"
  | "instruction_override"
  | "role_markup"
  | "persona_change"
  | "exfiltration";

const PATTERNS: readonly (readonly [Flag, RegExp])[] = [
  [
    "instruction_override",
    /\b(?:ignore|disregard|forget|override|bypass)\b[^.\n]{0,40}\b(?:previous|prior|above|earlier|preceding|all|any|your|the system)\b[^.\n]{0,40}\b(?:instructions?|prompts?|rules?|directions?|guidelines?|context)\b/i,
  ],
  [
    "role_markup",
    /<\|[a-z_]{2,30}\|>|\[\/?INST\]|<<\/?SYS>>|<\/?(?:system|assistant|human|tool_call|function_calls?|untrusted)\b|^[#\s]{0,8}(?:system|assistant|developer)(?: prompt| message)?\s*:/im,
  ],
  [
    "persona_change",
    /\b(?:you are now|from now on,? you|act as (?:an?|the)|pretend (?:to be|you are)|new instructions?:|developer mode|do anything now)\b/i,
  ],
  [
    "exfiltration",
    /\b(?:send|post|forward|e-?mail|upload|leak|reveal|print|output|repeat)\b[^.\n]{0,60}\b(?:api[ -]?keys?|passwords?|secrets?|access tokens?|credentials?|system prompt|environment variables?)\b/i,
  ],
];

/** As much of a text is looked at: the patterns are linear, and their sum is not free. */
const MAX_LOOKED_AT = 100_000;

/** The flags of a text that {@link clean} has been over. */
export function suspect(text: string, hidden: boolean): Flag[] {
  const plain = text.slice(0, MAX_LOOKED_AT).normalize("NFKC");
  const found = PATTERNS.flatMap(([flag, pattern]) => pattern.test(plain) ? [flag] : []);
  return hidden ? ["hidden_text", ...found] : found;
}

/**
 * A text of strangers between marks that it cannot know, to be put into a prompt: whatever it says
 * about itself, it does not end the fence.
 */
export function fence(text: string): string {
  const mark = `untrusted-${crypto.randomUUID()}`;
  return `<${mark}>\n${text}\n</${mark}>`;
}
