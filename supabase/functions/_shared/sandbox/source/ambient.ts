import type { AnyNode, Identifier } from "acorn";
import type { Note } from "./finding.ts";

/** Names that programs elsewhere find in their surroundings, and an agent does not. */
const ELSEWHERE: ReadonlySet<string> = new Set([
  ...["Atomics", "Blob", "BroadcastChannel", "Buffer", "Bun", "CompressionStream", "Deno"],
  ...["EventSource", "EventTarget", "File", "FormData", "Function", "Headers", "Intl"],
  ...["MessageChannel", "Request", "Response", "SharedArrayBuffer", "TextDecoder", "TextEncoder"],
  ...["URL", "URLSearchParams", "WebAssembly", "WebSocket", "Worker", "XMLHttpRequest"],
  ...["AbortController", "AbortSignal", "__dirname", "__filename", "alert", "atob", "btoa"],
  ...["caches", "confirm", "crypto", "document", "eval", "exports", "fetch", "global"],
  ...["importScripts", "localStorage", "location", "module", "navigator", "performance"],
  ...["process", "prompt", "require", "self", "sessionStorage", "setImmediate"],
  ...["structuredClone", "window"],
]);

/** Finds names that the sandbox does not have, where the module itself declares no such name. */
export function findAmbient(nodes: readonly AnyNode[]): Note[] {
  const declared = new Set<string>();
  const used: Identifier[] = [];
  const notUses = new Set<AnyNode | null | undefined>();
  for (const node of nodes) {
    for (const name of declaredBy(node)) declared.add(name);
    for (const other of notUsedBy(node)) notUses.add(other);
    if (node.type === "Identifier" && !notUses.has(node) && ELSEWHERE.has(node.name)) {
      used.push(node);
    }
  }
  return used.filter(({ name }) => !declared.has(name)).map(({ name, start }) => {
    const message = `${name} is not available in the sandbox.`;
    return { code: "ambient_unavailable", message, at: start };
  });
}

/** Identifiers right below a node that name something else than a variable, or only ask for one. */
function notUsedBy(node: AnyNode): (AnyNode | null | undefined)[] {
  switch (node.type) {
    case "MemberExpression":
      return node.computed ? [] : [node.property];
    case "Property":
    case "MethodDefinition":
    case "PropertyDefinition":
      return node.computed ? [] : [node.key].filter((key) => key !== node.value);
    case "LabeledStatement":
    case "BreakStatement":
    case "ContinueStatement":
      return [node.label];
    case "ExportSpecifier":
      return [node.exported];
    case "MetaProperty":
      return [node.meta, node.property];
    case "UnaryExpression":
      return node.operator === "typeof" ? [node.argument] : [];
    default:
      return [];
  }
}

function declaredBy(node: AnyNode): string[] {
  switch (node.type) {
    case "VariableDeclarator":
      return namesIn(node.id);
    case "FunctionDeclaration":
    case "FunctionExpression":
      return [...node.params, ...(node.id ? [node.id] : [])].flatMap(namesIn);
    case "ArrowFunctionExpression":
      return node.params.flatMap(namesIn);
    case "ClassDeclaration":
    case "ClassExpression":
      return node.id ? [node.id.name] : [];
    case "CatchClause":
      return node.param ? namesIn(node.param) : [];
    case "ImportDeclaration":
      return node.specifiers.map(({ local }) => local.name);
    default:
      return [];
  }
}

/** The names that a pattern binds. Default values in it belong to no pattern: they are left out. */
function namesIn(pattern: AnyNode | null): string[] {
  switch (pattern?.type) {
    case "Identifier":
      return [pattern.name];
    case "ArrayPattern":
      return pattern.elements.flatMap(namesIn);
    case "ObjectPattern":
      return pattern.properties.flatMap(namesIn);
    case "Property":
      return namesIn(pattern.value);
    case "AssignmentPattern":
      return namesIn(pattern.left);
    case "RestElement":
      return namesIn(pattern.argument);
    default:
      return [];
  }
}
