import assert from "@std/assert";
import * as z from "zod";
import {
  createRunTools,
  type ToolsDeps,
  type Waiting,
} from "../../../../supabase/functions/_shared/run/tools.ts";
import { ToolFailure } from "../../../../supabase/functions/_shared/sandbox/engine.ts";

const Asked = z.strictObject({ call: z.string(), tool: z.string(), args: z.unknown() });
const NEVER = new AbortController().signal;

/** The tools of a run whose `tools` function answers so, one answer a request, the last one for ever. */
function toolsThatAnswer(answers: (() => Response)[], deps: Partial<ToolsDeps> = {}) {
  const asked: unknown[] = [];
  const logged: string[] = [];
  const tools = createRunTools({
    url: "http://tools.test/tools",
    token: Promise.resolve("ct_pass"),
    requestId: "req",
    log: (_level, event) => void logged.push(event),
    onWaiting() {},
    fetch: async (input, init) => {
      const request = new Request(input, init);
      assert.equal(request.headers.get("authorization"), "Bearer ct_pass");
      assert.equal(request.url, "http://tools.test/tools/calls");
      asked.push(await request.json());
      const answer = answers.length > 1 ? answers.shift() : answers[0];
      if (answer === undefined) throw new Error("nobody answers");
      return answer();
    },
    ...deps,
  });
  const call = (tool: string, args: unknown, signal = NEVER) => {
    const any = tools["*"];
    if (any === undefined) throw new Error("there is no tool for any name");
    return any(args, signal, tool);
  };
  return { asked, logged, call };
}

const failsWith = (code: string) => (thrown: unknown) => {
  assert.ok(thrown instanceof ToolFailure);
  assert.equal(thrown.code, code);
  return true;
};

Deno.test("a tool call is asked of the tools function, with the run's pass", async () => {
  const { asked, call } = toolsThatAnswer([() => Response.json({ ok: true, value: [1] })]);
  assert.deepEqual(await call("files.read", { path: "a" }), [1]);
  assert.equal(asked.length, 1);
  const { call: id, ...rest } = Asked.parse(asked[0]);
  assert.match(id, /^[0-9a-f-]{36}$/);
  assert.deepEqual(rest, { tool: "files.read", args: { path: "a" } });
});

Deno.test("a refusal keeps its code and its message", async () => {
  const refusal = { ok: false, code: "host_denied", message: "Not there." };
  const { call } = toolsThatAnswer([() => Response.json(refusal)]);
  await assert.rejects(call("fetch", {}), failsWith("host_denied"));
});

Deno.test("whatever else comes back is told as unavailable, and logged", async () => {
  const problems = [
    () => Response.json({ code: "internal", detail: "a secret" }, { status: 500 }),
    () => Response.json({ code: "token_invalid" }, { status: 401 }),
    () => {
      throw new TypeError("connection refused");
    },
  ];
  for (const problem of problems) {
    const { call, logged } = toolsThatAnswer([problem]);
    await assert.rejects(call("fetch", {}), failsWith("unavailable"));
    assert.deepEqual(logged, ["tools_unreachable"]);
  }
});

Deno.test("a call that waits for a person is told once, and asked again as the same call", async () => {
  const told: Waiting[] = [];
  const waiting = () =>
    Response.json({ waiting: { call: "c1", until: "2026-01-01T00:00:00.000Z" } });
  const { asked, call } = toolsThatAnswer(
    [waiting, waiting, () => Response.json({ ok: true, value: "sent" })],
    { onWaiting: (item) => void told.push(item) },
  );
  assert.equal(await call("email", { to: "x" }), "sent");
  assert.deepEqual(told, [{ call: "c1", until: "2026-01-01T00:00:00.000Z", tool: "email" }]);
  assert.equal(asked.length, 3);
  assert.deepEqual(asked[1], asked[0]);
  assert.deepEqual(asked[2], asked[0]);
});

Deno.test("a call that waits for a person ends with its run", async () => {
  const over = new AbortController();
  const { call } = toolsThatAnswer([() => {
    queueMicrotask(() => over.abort());
    return Response.json({ waiting: { call: "c1", until: "2026-01-01T00:00:00.000Z" } });
  }]);
  await assert.rejects(call("email", {}, over.signal), failsWith("run_ended"));
});

/** An answer in pieces. */
function pieces(...lines: unknown[]): () => Response {
  const text = lines.map((line) => JSON.stringify(line) + "\n").join("");
  return () => new Response(text, { headers: { "content-type": "application/x-ndjson" } });
}

Deno.test("an answer in pieces is a stream: what has come, and then what it came to", async () => {
  const { call } = toolsThatAnswer([
    pieces({ delta: "Hel" }, { delta: "lo" }, { ok: true, value: { text: "Hello" } }),
  ]);
  const opened = await call("llm", { stream: true });
  assert.deepEqual(await call("stream.next", opened), { delta: "Hel" });
  assert.deepEqual(await call("stream.next", opened), { delta: "lo" });
  assert.deepEqual(await call("stream.next", opened), { value: { text: "Hello" } });
  await assert.rejects(call("stream.next", opened), failsWith("not_found"));
});

Deno.test("a stream that fails or breaks off says so, and is over", async () => {
  for (
    const [answer, code] of [
      [
        pieces({ delta: "a" }, { ok: false, code: "upstream_failed", message: "m" }),
        "upstream_failed",
      ],
      [pieces({ delta: "a" }), "unavailable"],
    ] as const
  ) {
    const { call } = toolsThatAnswer([answer]);
    const opened = await call("llm", { stream: true });
    assert.deepEqual(await call("stream.next", opened), { delta: "a" });
    await assert.rejects(call("stream.next", opened), failsWith(code));
    await assert.rejects(call("stream.next", opened), failsWith("not_found"));
  }
});

Deno.test("nobody reads a stream that is not theirs, and a run opens no more than eight", async () => {
  const { call } = toolsThatAnswer([pieces({ ok: true, value: 1 })]);
  for (
    const args of [null, {}, { stream: 1 }, { stream: "__proto__" }, { stream: "x".repeat(99) }]
  ) {
    await assert.rejects(call("stream.next", args), failsWith("not_found"));
  }
  for (let i = 0; i < 8; i++) await call("llm", { stream: true });
  await assert.rejects(call("llm", { stream: true }), failsWith("budget_spent"));
});

Deno.test("a stream that is left is closed, read from or not, and its place is free again", async () => {
  let cancelled = 0;
  const endless = () =>
    new Response(
      new ReadableStream({
        start: (controller) => controller.enqueue(new TextEncoder().encode('{"delta":"a"}\n')),
        cancel: () => void cancelled++,
      }),
      { headers: { "content-type": "application/x-ndjson" } },
    );
  const { call } = toolsThatAnswer([endless]);
  for (let i = 0; i < 20; i++) {
    const opened = await call("llm", { stream: true });
    if (i % 2 === 0) assert.deepEqual(await call("stream.next", opened), { delta: "a" });
    assert.equal(await call("stream.close", opened), null);
    await assert.rejects(call("stream.next", opened), failsWith("not_found"));
  }
  assert.equal(cancelled, 20);
});
