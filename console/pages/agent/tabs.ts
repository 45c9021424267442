import type { Agent } from "../../../sdk/mod.ts";

/** The parts of an agent's page, as its address names them. */
export const TABS = [
  ["edit", "Edit"],
  ["run", "Run"],
  ["versions", "Versions"],
  ["history", "History"],
  ["triggers", "Triggers"],
  ["settings", "Settings"],
] as const;

/** What each part is given. */
export interface TabProps {
  readonly agent: Agent;
  /** Called when the agent is another than before, to have it loaded anew. */
  onChange(): void;
}
