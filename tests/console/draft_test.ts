import assert from "@std/assert";
import { type Draft, keep, recall, recallByName } from "../../console/pages/agent/edit/draft.ts";

const DRAFT: Draft = {
  base: 3,
  published: 3,
  agent: "mine",
  source: "export default () => 1;",
  language: "typescript",
  inputSchema: "{ not yet JSON",
  policy: "{}",
};

Deno.test("a draft is found again by who typed it, by the agent and by its name, and by nobody else", () => {
  const store = shelf();
  keep(store, "ann", "agent_1", DRAFT);
  assert.deepEqual(recall(store, "ann", "agent_1"), DRAFT);
  assert.deepEqual(recallByName(store, "ann", "mine"), DRAFT);
  assert.equal(recall(store, "bob", "agent_1"), undefined);
  assert.equal(recallByName(store, "bob", "mine"), undefined);
  assert.equal(recall(store, "ann", "agent_2"), undefined);
  keep(store, "ann", "agent_1", undefined);
  assert.equal(store.length, 0);
});

Deno.test("a store that is full, or holds something else, costs nothing that is on the page", () => {
  const store = shelf();
  keep({ ...store, setItem: () => assert.fail("QuotaExceededError") }, "ann", "agent_1", DRAFT);
  for (
    const text of ["", "[]", "null", "{", '{"base": 1}', JSON.stringify({ ...DRAFT, base: "" })]
  ) {
    store.setItem("cloister.draft.ann.agent_1", text);
    assert.equal(recall(store, "ann", "agent_1"), undefined, text);
  }
});

/** A store like `sessionStorage`. */
function shelf() {
  const kept = new Map<string, string>();
  return {
    get length() {
      return kept.size;
    },
    key: (at: number) => [...kept.keys()][at] ?? null,
    getItem: (key: string) => kept.get(key) ?? null,
    setItem: (key: string, text: string) => void kept.set(key, text),
    removeItem: (key: string) => void kept.delete(key),
  };
}
