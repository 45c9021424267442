import assert from "@std/assert";
import { hasWords, listAgents } from "../../../console/pages/agents/search.ts";
import { createClient } from "../../../sdk/mod.ts";

const AGENT = {
  id: "agent_1",
  name: "weekly-report",
  description: "Sums up WHAT was sold",
  state: "active",
  current_version: 1,
  created_at: "2026-01-01T00:00:00Z",
  updated_at: "2026-01-01T00:00:00Z",
} as const;

/** A client of an account with so many agents, and the addresses that it asked for. */
function accountOf(count: number) {
  const asked: URL[] = [];
  const answer = (input: string | URL | Request) => {
    const url = new URL(input instanceof Request ? input.url : input);
    asked.push(url);
    const [from, limit] = ["cursor", "limit"].map((name) => url.searchParams.get(name));
    const until = Math.min(count, Number(from ?? 0) + Number(limit ?? 20));
    const data = Array(until - Number(from ?? 0)).fill(AGENT);
    return Promise.resolve(Response.json({ data, next_cursor: until < count ? `${until}` : null }));
  };
  const client = createClient({ url: "http://localhost", auth: { apiKey: "ck" }, fetch: answer });
  return { client, asked };
}

Deno.test("a search reads a thousand agents in ten requests, and the rest when asked for more", async () => {
  const { client, asked } = accountOf(1_050);
  const first = await listAgents(client, { state: "active", wide: true });
  assert.deepEqual([first.data.length, first.next_cursor, asked.length], [1_000, "1000", 10]);
  assert(asked.every(({ searchParams }) => searchParams.get("state") === "active"));
  const cursor = first.next_cursor ?? undefined;
  const rest = await listAgents(client, { state: "active", wide: true, cursor });
  assert.deepEqual([rest.data.length, rest.next_cursor, asked.length], [50, null, 11]);
});

Deno.test("without words a page is read, and a search that nobody waits for asks no further", async () => {
  const { client, asked } = accountOf(1_050);
  const page = await listAgents(client, { state: "", wide: false });
  assert.deepEqual([page.data.length, asked.length], [20, 1]);
  const gone = new AbortController();
  const search = listAgents(client, { state: "", wide: true }, gone.signal);
  gone.abort();
  await assert.rejects(search, { name: "AbortError" });
  assert(asked.length <= 2);
});

Deno.test("every word has to be in the name or the description, in any case of letters", () => {
  assert(hasWords(AGENT, " Report what "));
  assert(hasWords(AGENT, ""));
  assert(!hasWords(AGENT, "report weather"));
});
