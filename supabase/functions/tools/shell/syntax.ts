import { ToolRefusal } from "../../_shared/policy/refusal.ts";

/** A command of a line; words that are known only when it runs are undefined. */
export interface Invocation {
  name: string;
  words: readonly (string | undefined)[];
}

/** Everything that a line may be made of. What the parser calls otherwise is refused. */
const NODES: ReadonlySet<string> = new Set([
  ...["Script", "Statement", "Pipeline", "SimpleCommand", "If", "For", "CStyleFor", "While"],
  ...["Until", "Case", "CaseItem", "Subshell", "Group", "ArithmeticCommand", "Assignment"],
  ...["ConditionalCommand", "CondAnd", "CondBinary", "CondGroup", "CondNot", "CondOr"],
  ...["CondUnary", "CondWord", "Redirection", "HereDoc", "Word", "Literal", "SingleQuoted"],
  ...["DoubleQuoted", "Escaped", "ParameterExpansion", "CommandSubstitution", "Glob", "Range"],
  ...["ArithmeticExpansion", "ArithmeticExpression", "BraceExpansion", "TildeExpansion"],
  ...["AssignDefault", "CaseModification", "DefaultValue", "ErrorIfUnset", "Length"],
  ...["PatternRemoval", "PatternReplacement", "Substring", "UseAlternative"],
  ...["ArithBinary", "ArithGroup", "ArithNumber", "ArithTernary", "ArithUnary", "ArithVariable"],
  ...["ArithAssignment", "ArithNested"],
]);

/** Variables that decide what is executed, and how. */
const RESERVED = /^(?:PATH|ENV|BASH_\w*|BASHOPTS|SHELLOPTS|PROMPT_COMMAND|PS4)$/;

/** Commands whose words may be names of variables that they set. */
const SETTING: ReadonlySet<string> = new Set(["export", "printf", "read", "unset"]);

/** A variable as it may be named: raw text in a subscript could be executed when it is read. */
const NAMED = /^(?:\w+|[@*#?$!-])(?:\[(?:\$?\w+|[@*]|-\d+)\])?$/;
const NAMES = ["name", "parameter", "variable", "array"];

type Fields = Readonly<Record<string, unknown>>;

/**
 * The commands of a parsed line, wherever they stand in it: in pipes, loops, substitutions, here
 * documents. Throws `command_denied` for what no line may contain: a command whose name a variable
 * holds, functions, processes in the background, process substitution, raw text as arithmetic.
 */
export function readLine(script: unknown): Invocation[] {
  const found: Invocation[] = [];
  visit(script, found);
  return found;
}

function visit(value: unknown, found: Invocation[]): void {
  if (Array.isArray(value)) return value.forEach((item) => visit(item, found));
  if (!isFields(value)) return;
  if (typeof value.type === "string") look(value, value.type, found);
  for (const part of Object.values(value)) visit(part, found);
}

function look(node: Fields, type: string, found: Invocation[]): void {
  if (!NODES.has(type)) throw refusal(`A line may not contain ${type}.`);
  if (node.background === true) throw refusal("A line may not leave anything in the background.");
  if (node.timed === true) throw refusal("time is not a command here.");
  if (isFields(node.deferredError)) throw new ToolRefusal("invalid_arguments", "A syntax error.");
  const assigned = { Assignment: node.name, For: node.variable, ArithAssignment: node.variable };
  if (Object.entries(assigned).some(([of, name]) => of === type && isReserved(name))) {
    throw refusal("A line may not change how commands are found.");
  }
  if (NAMES.some((key) => typeof node[key] === "string" && !NAMED.test(node[key]))) {
    throw refusal("A line may not hide anything in a variable's name.");
  }
  if (type !== "SimpleCommand" || node.name === null) return;
  const name = textOf(node.name);
  if (name === undefined) throw refusal("A command's name has to be written out.");
  const words = Array.isArray(node.args) ? node.args.map(textOf) : [];
  if (SETTING.has(name) && words.some((word) => isReserved(word?.split("=")[0]))) {
    throw refusal("A line may not change how commands are found.");
  }
  found.push({ name, words });
}

function isReserved(name: unknown): boolean {
  return typeof name === "string" && RESERVED.test(name);
}

/** What a word says, where it says the same whenever it is asked. */
function textOf(word: unknown): string | undefined {
  if (!isFields(word) || !Array.isArray(word.parts)) return undefined;
  const texts = word.parts.map(partText);
  return texts.includes(undefined) ? undefined : texts.join("");
}

function partText(part: unknown): string | undefined {
  if (!isFields(part)) return undefined;
  if (part.type === "DoubleQuoted") return textOf(part);
  const plain = part.type === "Literal" || part.type === "SingleQuoted" || part.type === "Escaped";
  return plain && typeof part.value === "string" ? part.value : undefined;
}

function isFields(value: unknown): value is Fields {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

function refusal(message: string): ToolRefusal {
  return new ToolRefusal("command_denied", message);
}
