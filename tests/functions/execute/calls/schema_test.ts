import assert from "@std/assert";
import { CallRow } from "../../../../supabase/functions/execute/calls/schema.ts";

const ROW = {
  ...{ id: "01890000-0000-7000-8000-000000000000", seq: 1, tool: "email", target: "example.com" },
  ...{ summary: null, args_hash: "0".repeat(64), verdict: "waiting", reason: null, outcome: null },
  ...{
    reached: null,
    bytes_in: 0,
    bytes_out: 0,
    ms: null,
    decided_at: null,
    begun_at: null,
    ended_at: null,
  },
  created_at: "2026-01-01T00:00:00Z",
};

Deno.test("a call that waits is told as expired once its deadline is over", () => {
  const verdictAt = (deadline_at: string) => CallRow.parse({ ...ROW, deadline_at }).verdict;
  assert.equal(verdictAt("2026-01-01T00:02:00Z"), "expired");
  assert.equal(verdictAt("9999-01-01T00:00:00Z"), "waiting");
});
