import type { Agent, CloisterClient } from "../../../sdk/mod.ts";

/** The states that can be asked for; the empty one is all of them. */
export const STATES = ["", "active", "archived", "quarantined"] as const;
/** Which agents are shown. */
export type State = typeof STATES[number];

/** How many agents are looked through at a time: the API finds by state alone. */
export const SEARCHED = 1_000;
const LIMIT = 100;

/** What is asked of the list. */
export interface Search {
  readonly state: State;
  /** Whether words are looked for: then it reads a thousand at a time, else a page. */
  readonly wide: boolean;
  readonly cursor?: string | undefined;
}

/** Some of the list, and where the rest of it begins. */
export interface Found {
  readonly data: readonly Agent[];
  readonly next_cursor: string | null;
}

/** A stretch of the account's agents, newest first, in which {@link hasWords} finds. */
export async function listAgents(
  api: Pick<CloisterClient, "request">,
  { state, wide, cursor }: Search,
  signal?: AbortSignal,
): Promise<Found> {
  const of = { ...state !== "" && { state }, ...wide && { limit: LIMIT } };
  const data: Agent[] = [];
  for (let next = cursor;;) {
    const query = { ...of, cursor: next };
    const page = await api.request("GET", "/agents", { query, signal });
    data.push(...page.data);
    if (!wide || page.next_cursor === null || data.length >= SEARCHED) {
      return { data, next_cursor: page.next_cursor };
    }
    next = page.next_cursor;
  }
}

/** Whether an agent's name and description have every one of the words, in any case of letters. */
export function hasWords({ name, description }: Agent, words: string): boolean {
  const text = `${name} ${description}`.toLowerCase();
  return words.toLowerCase().split(/\s+/).every((word) => text.includes(word));
}
