/** What is run: the same work for every sandbox, in JavaScript and, for the subprocess, Python. */
export interface Program {
  name: string;
  js: string;
  py: string;
  /** JSON text. */
  input: string;
  /** JSON text of the result that a run must give. */
  output: string;
  /** Log messages that must reach the host. */
  logs: number;
  /** Tools of the host it calls: `add` answers a + b. */
  tools: boolean;
}

const ROWS = 9_600;
const CALLS = 100;
const LINES = 10_000;

interface Row {
  id: number;
  group: string;
  name: string;
  amount: number;
  tags: string[];
}

function makeRow(id: number): Row {
  const name = `customer ${(id * 7919) % 10_007} of the northern district`;
  return { id, group: `g${id % 17}`, name, amount: (id * 31) % 1_000, tags: ["a", `t${id % 5}`] };
}

const rows = Array.from({ length: ROWS }, (_, id) => makeRow(id));

/** What `transform` makes of the rows: the large half of them, and sums by group. */
function transform(given: readonly Row[]) {
  const sums: Record<string, number> = {};
  for (const { group, amount } of given) sums[group] = (sums[group] ?? 0) + amount;
  const kept = given.filter(({ amount }) => amount >= 500);
  return { sums, kept: kept.map(({ id, name, tags }) => ({ id, name: name.toUpperCase(), tags })) };
}

const hello: Program = {
  name: "hello",
  js: "export default (input) => ({ greeting: `Hello, ${input.name}!` });",
  py: `def main(input, agent):\n    return {"greeting": f"Hello, {input['name']}!"}\n`,
  input: '{"name":"Ada"}',
  output: '{"greeting":"Hello, Ada!"}',
  logs: 0,
  tools: false,
};

const json: Program = {
  name: "json 1 MB",
  js: `export default (rows) => {
  const sums = {};
  for (const { group, amount } of rows) sums[group] = (sums[group] ?? 0) + amount;
  const kept = rows.filter(({ amount }) => amount >= 500);
  return { sums, kept: kept.map(({ id, name, tags }) => ({ id, name: name.toUpperCase(), tags })) };
};`,
  py: `def main(rows, agent):
    sums = {}
    for row in rows:
        sums[row["group"]] = sums.get(row["group"], 0) + row["amount"]
    kept = [row for row in rows if row["amount"] >= 500]
    parts = [{"id": r["id"], "name": r["name"].upper(), "tags": r["tags"]} for r in kept]
    return {"sums": sums, "kept": parts}
`,
  input: JSON.stringify(rows),
  output: JSON.stringify(transform(rows)),
  logs: 0,
  tools: false,
};

const fib: Program = {
  name: "fib(27)",
  js: `const fib = (n) => n < 2 ? n : fib(n - 1) + fib(n - 2);
export default (n) => fib(n);`,
  py: `def fib(n):
    return n if n < 2 else fib(n - 1) + fib(n - 2)

def main(n, agent):
    return fib(n)
`,
  input: "27",
  output: "196418",
  logs: 0,
  tools: false,
};

const tools: Program = {
  name: "100 tool calls",
  js: `export default async (input, agent) => {
  let sum = 0;
  for (let i = 0; i < ${CALLS}; i++) sum = await agent.call("add", { a: sum, b: i });
  return sum;
};`,
  py: `def main(input, agent):
    sum = 0
    for i in range(${CALLS}):
        sum = agent.call("add", {"a": sum, "b": i})
    return sum
`,
  input: "null",
  output: `${CALLS * (CALLS - 1) / 2}`,
  logs: 0,
  tools: true,
};

const logs: Program = {
  name: "10,000 log lines",
  js: `export default (input, agent) => {
  for (let i = 0; i < ${LINES}; i++) agent.log("line " + i + " of the log");
  return null;
};`,
  py: `def main(input, agent):
    for i in range(${LINES}):
        agent.log("line " + str(i) + " of the log")
`,
  input: "null",
  output: "null",
  logs: LINES,
  tools: false,
};

/** The five programs of the table. */
export const PROGRAMS: readonly Program[] = [hello, json, fib, tools, logs];

/** Never ends by itself. */
export const LOOP = {
  js: "export default () => { for (;;); };",
  py: "def main(input, agent):\n    while True:\n        pass\n",
};

/** Waits for a tool that answers when the bench has looked. */
export const WAIT = {
  js: 'export default async (input, agent) => await agent.call("wait", null);',
  py: 'def main(input, agent):\n    return agent.call("wait", None)\n',
};
