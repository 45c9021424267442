import type { AnyNode, Program } from "acorn";
import type { Note } from "./finding.ts";

const NOT_FUNCTIONS: ReadonlySet<string> = new Set([
  "ArrayExpression",
  "BinaryExpression",
  "ClassDeclaration",
  "ClassExpression",
  "Literal",
  "ObjectExpression",
  "TemplateLiteral",
  "UnaryExpression",
]);

/** Finds imports of every kind: an agent has none. */
export function findImports(nodes: readonly AnyNode[]): Note[] {
  return nodes.flatMap((node) => {
    const what = importedBy(node);
    const message = `${what} is not available: an agent is one file. Use agent.call() for tools.`;
    return what ? [{ code: "import_not_available", message, at: node.start }] : [];
  });
}

function importedBy(node: AnyNode): string | undefined {
  switch (node.type) {
    case "ImportDeclaration":
      return "import";
    case "ImportExpression":
      return "import()";
    case "ExportAllDeclaration":
      return "export … from";
    case "ExportNamedDeclaration":
      return node.source ? "export … from" : undefined;
    case "MetaProperty":
      return node.meta.name === "import" ? "import.meta" : undefined;
  }
}

/** Finds out whether the module has a default export that can be a function. */
export function findDefaultExport(program: Program): Note[] {
  for (const statement of program.body) {
    if (statement.type === "ExportDefaultDeclaration") {
      if (!NOT_FUNCTIONS.has(statement.declaration.type)) return [];
      const message = "The default export must be a function.";
      const at = statement.declaration.start;
      return [{ code: "default_export_not_a_function", message, at }];
    }
    if (statement.type !== "ExportNamedDeclaration") continue;
    if (statement.specifiers.some(({ exported }) => nameOf(exported) === "default")) return [];
  }
  const message =
    "The module must export a function by default: export default (input, agent) => …";
  return [{ code: "missing_default_export", message, at: 0 }];
}

function nameOf(node: AnyNode): string {
  if (node.type === "Identifier") return node.name;
  return node.type === "Literal" ? String(node.value) : "";
}
