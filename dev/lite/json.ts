import type { AnyAST, IntrospectResult } from "@supabase/lite";

const JSON_TYPES = ["json", "jsonb"];

type Convert = (name: string, value: unknown) => unknown;

/**
 * The request with JSON values as JSON text where a json or jsonb is meant, whatever their type.
 * lite leaves strings as they are, so that `"5"` would be stored as the number 5.
 */
export function writeJson(ast: AnyAST, database: IntrospectResult): AnyAST {
  if (ast.function !== undefined) {
    if (ast.httpMethod === "GET" || ast.args === undefined || Array.isArray(ast.args)) return ast;
    const names = jsonArguments(ast.function, database);
    return { ...ast, args: convertRow(ast.args, onlyFor(names, JSON.stringify)) };
  }
  if (ast.values === undefined) return ast;
  // Where lite writes to a column, it parses a string that looks like JSON: once.
  const convert = onlyFor(
    jsonColumns(ast, database),
    (value) => JSON.stringify(JSON.stringify(value)),
  );
  const values = Array.isArray(ast.values)
    ? ast.values.map((row) => convertRow(row, convert))
    : convertRow(ast.values, convert);
  return { ...ast, values };
}

function jsonArguments(name: string, { functions = [] }: IntrospectResult): Set<string> {
  return new Set(
    functions.filter((fn) => fn.name === name).flatMap(({ arg_names, arg_types }) =>
      arg_names.filter((_, i) => JSON_TYPES.includes(arg_types[i] ?? ""))
    ),
  );
}

function jsonColumns(
  { from, schema = "public" }: AnyAST,
  { columns }: IntrospectResult,
): Set<string> {
  return new Set(
    columns.filter((column) =>
      column.table === from && column.schema === schema && JSON_TYPES.includes(column.pg_type ?? "")
    ).map(({ name }) => name),
  );
}

function onlyFor(names: Set<string>, write: (value: unknown) => string): Convert {
  return (name, value) => names.has(name) && value !== null ? write(value) : value;
}

function convertRow(row: object, convert: Convert): object {
  return Object.fromEntries(
    Object.entries(row).map(([name, value]) => [name, convert(name, value)]),
  );
}
