import type { AgentContext } from "./agent.d.ts";

interface Input {
  csv: string;
  separator: "," | ";";
}

/** Reads a table, gives its rows away as they are read, and sums up each column of numbers. */
export default function ({ csv, separator }: Input, agent: AgentContext) {
  const [head = "", ...lines] = csv.trim().split("\n");
  const columns = head.split(separator).map((cell) => cell.trim());
  const sums = new Map<string, number>();
  for (const line of lines) {
    const cells = line.split(separator).map((cell) => cell.trim());
    agent.output(Object.fromEntries(columns.map((column, at) => [column, cells[at] ?? ""])));
    for (const [at, column] of columns.entries()) {
      const value = Number(cells[at] || NaN);
      if (!Number.isNaN(value)) sums.set(column, (sums.get(column) ?? 0) + value);
    }
  }
  agent.log("read", { rows: lines.length });
  return { rows: lines.length, sums: Object.fromEntries(sums) };
}
