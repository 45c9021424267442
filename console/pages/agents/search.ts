import type { Agent, CloisterClient } from "../../../sdk/mod.ts";
import type { Slice } from "../../ui/table.tsx";

/** The states that can be asked for; the empty one is all of them. */
export const STATES = ["", "active", "archived", "quarantined"] as const;
/** Which agents are shown. */
export type State = typeof STATES[number];

/** How many agents are looked through for words: the API finds by state alone. */
const MAX_SEARCHED = 1_000;

/** What is asked of the list. */
export interface Search {
  readonly words: string;
  readonly state: State;
  readonly cursor?: string | undefined;
}

/**
 * A page of the account's agents; with words, all of the newest thousand whose name or description
 * has each of them.
 */
export async function listAgents(
  { agents }: CloisterClient,
  { words, state, cursor }: Search,
): Promise<Slice<Agent>> {
  const list = agents.list(state === "" ? {} : { state });
  if (words.trim() === "") {
    const { data, next_cursor } = await list.page({ cursor });
    return { data, next_cursor };
  }
  const found = (await list.take(MAX_SEARCHED)).filter((agent) => hasWords(agent, words));
  return { data: found, next_cursor: null };
}

/** Whether an agent's name and description have every one of the words, in any case of letters. */
export function hasWords({ name, description }: Agent, words: string): boolean {
  const text = `${name} ${description}`.toLowerCase();
  return words.toLowerCase().split(/\s+/).every((word) => text.includes(word));
}
