import type { AnyNode, CallExpression, Program } from "acorn";
import { listNodes } from "../../_shared/sandbox/source/nodes.ts";

/** One place in a source where a tool is called. */
export interface Use {
  /** `fetch`, `files.read`, … */
  tool: string;
  args: readonly AnyNode[];
  /** Counted from 0, in UTF-16 units. */
  at: number;
}

/** The calls of tools that can be seen in a source, in its order: of the agent, or taken out of it. */
export function findUses(program: Program): Use[] {
  const nodes = listNodes(program);
  const { root, names } = agentIn(nodes);
  return nodes.flatMap((node) => {
    if (node.type !== "CallExpression") return [];
    const [first, ...rest] = pathOf(node.callee);
    if (first === undefined) return [];
    const path = first === root ? rest : names.has(first) ? [names.get(first) ?? "", ...rest] : [];
    return path.length === 0 ? [] : [useOf(path, node)];
  }).sort((one, other) => one.at - other.at);
}

/** How the source calls its second argument, or what it takes out of it. */
function agentIn(nodes: readonly AnyNode[]): { root: string; names: Map<string, string> } {
  const names = new Map<string, string>();
  const declared = nodes.find(({ type }) => type === "ExportDefaultDeclaration");
  const found = declared?.type === "ExportDefaultDeclaration" ? declared.declaration : undefined;
  const second = found !== undefined && "params" in found ? found.params[1] : undefined;
  if (second?.type === "Identifier") return { root: second.name, names };
  if (second?.type === "ObjectPattern") {
    for (const property of second.properties) {
      if (property.type !== "Property" || property.key.type !== "Identifier") continue;
      if (property.value.type === "Identifier") names.set(property.value.name, property.key.name);
    }
  }
  return { root: "agent", names };
}

/** `agent.call("fetch", args)` is `agent.fetch` to whoever asks what is needed. */
function useOf(path: readonly string[], { arguments: args, start }: CallExpression): Use {
  const [first] = args;
  if (path[0] === "call" && first?.type === "Literal" && typeof first.value === "string") {
    return { tool: first.value, args: args.slice(1), at: start };
  }
  return { tool: path.join("."), args, at: start };
}

/** The names along `a.b.c`; none where something is computed. */
function pathOf(node: AnyNode): string[] {
  if (node.type === "Identifier") return [node.name];
  if (node.type !== "MemberExpression" || node.computed) return [];
  const before = pathOf(node.object);
  return before.length > 0 && node.property.type === "Identifier"
    ? [...before, node.property.name]
    : [];
}

/** The text that a node is; for a template its beginning, and then `whole` is false. */
export function textIn(node: AnyNode | undefined): { text: string; whole: boolean } | undefined {
  if (node?.type === "Literal" && typeof node.value === "string") {
    return { text: node.value, whole: true };
  }
  if (node?.type === "TemplateLiteral") {
    const [first] = node.quasis;
    return { text: first?.value.cooked ?? "", whole: node.quasis.length === 1 };
  }
  if (node?.type === "BinaryExpression" && node.operator === "+") {
    const left = textIn(node.left);
    return left && { ...left, whole: false };
  }
  return undefined;
}

/** What stands under a name in an object that is written out. */
export function fieldIn(node: AnyNode | undefined, name: string): AnyNode | undefined {
  if (node?.type !== "ObjectExpression") return undefined;
  for (const property of node.properties) {
    if (property.type !== "Property" || property.computed) continue;
    const { key, value } = property;
    if (
      key.type === "Identifier" ? key.name === name : key.type === "Literal" && key.value === name
    ) {
      return value;
    }
  }
  return undefined;
}

/** The texts that a node is: one, or those of a list that is written out. */
export function textsIn(node: AnyNode | undefined): (string | undefined)[] {
  const parts = node?.type === "ArrayExpression" ? node.elements : [node];
  return parts.map((part) => {
    const found = textIn(part ?? undefined);
    return found?.whole ? found.text : undefined;
  });
}
