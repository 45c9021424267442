import type { AgentContext } from "./agent.d.ts";

/** Counts words with a line of the shell, which works on files and has nothing else. */
export default async function (input: { text: string; most: number }, agent: AgentContext) {
  const line = "tr -cs A-Za-z '\\n' | tr A-Z a-z | grep . | sort | uniq -c | sort -rn" +
    ` | head -n ${input.most}`;
  const { stdout, stderr, exit_code } = await agent.shell(line, { stdin: input.text });
  if (exit_code !== 0) throw new Error(stderr);
  return stdout.trim().split("\n").filter(Boolean).map((row) => {
    const [count, word] = row.trim().split(/\s+/);
    return { word, count: Number(count) };
  });
}
