import type { AgentContext } from "./agent.d.ts";

/** Greets whoever is named. */
export default function (input: { name: string; times: number }, agent: AgentContext) {
  agent.log("greeting", { name: input.name });
  return { greeting: Array(input.times).fill(`Hello, ${input.name}!`).join(" ") };
}
