import type { AgentContext } from "./agent.d.ts";

/** Fetches a page and says whether it is another than last time. Give it a schedule. */
export default async function (input: { path: string }, agent: AgentContext) {
  const response = await agent.fetch(`https://example.com${input.path}`);
  if (!response.ok) throw new Error(`The page answered ${response.status}.`);
  const before = await agent.files.stat("page.html").catch(() => undefined);
  const now = await agent.files.write("page.html", await response.text());
  return { changed: before !== undefined && before.sha256 !== now.sha256, bytes: now.size };
}
