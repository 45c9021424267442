import type { AgentContext } from "./agent.d.ts";

/** Keeps a note in a file of its own, and says which notes there are. */
export default async function (input: { title: string; text: string }, agent: AgentContext) {
  const name = input.title.toLowerCase().replace(/[^a-z0-9]+/g, "-").replace(/^-|-$/g, "");
  await agent.files.append(`notes/${name || "untitled"}.md`, `${input.text}\n`);
  const { files } = await agent.files.list("notes/");
  return { notes: files.map(({ path, size }) => ({ path, size })) };
}
