import ts from "typescript";
import type { Workbench } from "./host.ts";
import type { Explanation, Remark, Reply, Request, Suggestion, Suggestions } from "./wire.ts";

const MAX_SUGGESTIONS = 500;
const MAX_REMARKS = 100;

/** As CodeMirror draws them. */
const TYPES: ReadonlyMap<ts.ScriptElementKind, string> = new Map([
  [ts.ScriptElementKind.functionElement, "function"],
  [ts.ScriptElementKind.memberFunctionElement, "method"],
  [ts.ScriptElementKind.memberVariableElement, "property"],
  [ts.ScriptElementKind.interfaceElement, "interface"],
  [ts.ScriptElementKind.typeElement, "type"],
  [ts.ScriptElementKind.classElement, "class"],
  [ts.ScriptElementKind.keyword, "keyword"],
  [ts.ScriptElementKind.string, "text"],
]);

/** Answers one question about a source. Throws what the compiler throws. */
export function answer(bench: Workbench, { id, source, language, question }: Request): Reply {
  const file = bench.place(source, language);
  switch (question.ask) {
    case "complete":
      return { id, suggestions: complete(bench.service, file, question.at) };
    case "explain":
      return { id, explanation: explain(bench.service, file, question.at) };
    case "describe":
      return { id, explanation: describe(bench.service, file, question) };
    case "check":
      return { id, remarks: check(bench.service, file, language === "typescript") };
  }
}

function complete(
  service: ts.LanguageService,
  file: string,
  at: number,
): Suggestions | undefined {
  const found = service.getCompletionsAtPosition(file, at, {
    includeCompletionsWithInsertText: false,
  });
  if (found === undefined) return undefined;
  const from = found.optionalReplacementSpan?.start ?? at;
  const items = found.entries.slice(0, MAX_SUGGESTIONS).map((
    { name, kind, sortText },
  ): Suggestion => ({
    label: name,
    type: TYPES.get(kind) ?? "variable",
    boost: sortText < "12" ? 50 : sortText < "15" ? 0 : -50,
  }));
  return { from, items };
}

function explain(service: ts.LanguageService, file: string, at: number): Explanation | undefined {
  const info = service.getQuickInfoAtPosition(file, at);
  if (info === undefined) return undefined;
  const { start, length } = info.textSpan;
  return { from: start, to: start + length, ...wordsOf(info) };
}

function describe(
  service: ts.LanguageService,
  file: string,
  { at, label }: { at: number; label: string },
): Explanation | undefined {
  const details = service.getCompletionEntryDetails(file, at, label, {}, undefined, {}, undefined);
  return details && { from: at, to: at, ...wordsOf(details) };
}

function wordsOf(
  { displayParts, documentation }: {
    displayParts?: ts.SymbolDisplayPart[];
    documentation?: ts.SymbolDisplayPart[];
  },
) {
  return {
    signature: ts.displayPartsToString(displayParts),
    documentation: ts.displayPartsToString(documentation),
  };
}

function check(service: ts.LanguageService, file: string, typed: boolean): Remark[] {
  const syntax = service.getSyntacticDiagnostics(file).map((found) => remark(found, "error"));
  const types = typed && syntax.length === 0
    ? service.getSemanticDiagnostics(file).map((found) => remark(found, "warning"))
    : [];
  return [...syntax, ...types].slice(0, MAX_REMARKS);
}

function remark(found: ts.Diagnostic, severity: Remark["severity"]): Remark {
  const { start = 0, length = 0, messageText } = found;
  const message = ts.flattenDiagnosticMessageText(messageText, "\n");
  return { from: start, to: start + length, severity, message };
}
