import assert from "@std/assert";
import { CallerError, CloisterError, createClient } from "../../sdk/mod.ts";
import { type Answer, collect, json, refusal, RUN, stream } from "./fake.ts";

const SECRET = { name: "TOKEN", value: "of alice", hosts: ["example.com"] };

/** A token as Supabase Auth signs them, but for the signature. */
function tokenOf(sub: string, session = 1): string {
  return `e30.${btoa(JSON.stringify({ sub, session })).replace(/=+$/, "")}.x`;
}

/** A client of an app where somebody else may be signed in by the time that an answer is there. */
function shared(answers: readonly (() => Answer)[], by: "session" | "token" = "session") {
  let token: string | undefined = tokenOf("alice");
  const sent: (string | null)[] = [];
  const rest = answers.values();
  const send: typeof fetch = (input, init) => {
    sent.push(new Request(input, init).headers.get("authorization"));
    const answer = rest.next().value?.() ?? new Error("nobody expected this request");
    return answer instanceof Error ? Promise.reject(answer) : Promise.resolve(answer);
  };
  const now = () =>
    Promise.resolve({ data: { session: token === undefined ? null : { access_token: token } } });
  const supabase = { auth: { getSession: now, refreshSession: now } };
  const auth = by === "session" ? { supabase } : { accessToken: () => Promise.resolve(token) };
  const client = createClient({ url: "https://project.example", auth, fetch: send });
  return { client, sent, signIn: (other: string | undefined) => token = other };
}

Deno.test("a request is not sent again as somebody else who signed in meanwhile", async () => {
  for (const by of ["session", "token"] as const) {
    for (
      const refused of [
        refusal(429, "rate_limited", { retry_after: 0 }),
        refusal(401, "token_expired"),
      ]
    ) {
      const { client, sent, signIn } = shared([() => {
        signIn(tokenOf("bob"));
        return refused;
      }], by);
      await assert.rejects(client.secrets.create(SECRET), CallerError);
      assert.deepEqual(sent, [`Bearer ${tokenOf("alice")}`]);
    }
  }
});

Deno.test("a request is not sent again without a caller, nor as one who came after nobody", async () => {
  const busy = () => refusal(503, "engine_busy");
  const out = shared([() => {
    out.signIn(undefined);
    return busy();
  }]);
  await assert.rejects(out.client.limits(), CallerError);
  const late = shared([() => {
    late.signIn(tokenOf("bob"));
    return busy();
  }]);
  late.signIn(undefined);
  await assert.rejects(late.client.limits(), CallerError);
  assert.deepEqual([out.sent.length, late.sent], [1, [null]]);
});

Deno.test("who signed out meanwhile is told what the server said", async () => {
  const { client, signIn } = shared([() => {
    signIn(undefined);
    return refusal(401, "session_revoked");
  }]);
  const error = await client.limits().catch((err) => err);
  assert.ok(error instanceof CloisterError);
  assert.equal(error.code, "session_revoked");
});

Deno.test("the same caller's next token is another token and no other caller", async () => {
  const { client, sent, signIn } = shared([() => {
    signIn(tokenOf("alice", 2));
    return refusal(401, "token_expired");
  }, () => json({ role: "user" })]);
  await client.limits();
  assert.deepEqual(sent, [1, 2].map((session) => `Bearer ${tokenOf("alice", session)}`));
});

Deno.test("what takes several requests is done by one caller, or not to its end", async () => {
  const rollback = shared([() => json({ current_version: 2 }), () => {
    rollback.signIn(tokenOf("bob"));
    return json({ data: [{ version: 1, published_at: "2026-01-01" }], next_cursor: null });
  }]);
  await assert.rejects(rollback.client.agents.rollback("a"), CallerError);
  assert.equal(rollback.sent.length, 2);
  const run = shared([() => {
    run.signIn(tokenOf("bob"));
    return json({ id: RUN, status: "running" }, 202);
  }]);
  await assert.rejects(run.client.run("a"), CallerError);
  const watched = shared([() => stream([[1, "run.started"]], true), () => {
    watched.signIn(tokenOf("bob"));
    return refusal(503, "engine_busy");
  }]);
  await assert.rejects(collect(watched.client.stream("a")), CallerError);
  assert.deepEqual([run.sent.length, watched.sent.length], [1, 2]);
});
