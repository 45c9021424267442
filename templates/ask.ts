import type { AgentContext } from "./agent.d.ts";

/** Writes what it was given once a person has said yes, and takes a no for an answer. */
export default async function (input: { text: string }, agent: AgentContext) {
  try {
    const { path, size } = await agent.files.write("approved.txt", input.text);
    return { written: path, size };
  } catch (error) {
    const code = error instanceof Error && "code" in error ? error.code : undefined;
    if (code !== "approval_denied" && code !== "approval_expired") throw error;
    agent.log("not written", { code });
    return { written: null, size: 0 };
  }
}
