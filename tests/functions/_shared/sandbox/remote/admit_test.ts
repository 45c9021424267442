import assert from "@std/assert";
import {
  EngineBusy,
  EngineUnavailable,
  LimitRefused,
} from "../../../../../supabase/functions/_shared/sandbox/engine.ts";
import { claimOf, engineAt, gather, jobOf, NEVER, serveAnswers, serveLiar } from "./liar.ts";

const PLACED = '{"type":"placed","engine":"process","layers":["realm","process"]}\n';

Deno.test("createRemoteEngine() refuses to send tokens over plain http, except to loopback", () => {
  for (const url of ["http://runner.test", "http://10.0.0.1:8700", "http://127.0.0.1.evil.test"]) {
    assert.throws(() => engineAt(url), TypeError);
  }
  for (const url of ["ftp://127.0.0.1", "https://a:b@runner.test", "https://runner.test/?x", "x"]) {
    assert.throws(() => engineAt(url), TypeError);
  }
  for (
    const url of [
      "https://runner.test/a/",
      "http://127.0.0.1:1",
      "http://localhost",
      "http://[::1]",
    ]
  ) {
    engineAt(url);
  }
});

Deno.test("a place says what its runner's walls are, and that it is the runner's", async () => {
  await using runner = serveAnswers(() => new Response(PLACED));
  const place = await engineAt(`${runner.url}/`).admit(claimOf(), NEVER);
  assert.equal(place.engine, "remote");
  assert.deepEqual(place.layers, ["realm", "process", "runner"]);
  place.leave();
});

Deno.test("a runner that cannot be reached is tried again, with a new token, and then unavailable", async () => {
  const gone = serveAnswers(() => new Response());
  await gone[Symbol.asyncDispose]();
  let tokens = 0;
  const engine = engineAt(gone.url, { authorize: () => Promise.resolve(`token${++tokens}`) });
  await assert.rejects(engine.admit(claimOf(), NEVER), EngineUnavailable);
  assert.equal(tokens, 3);
});

Deno.test("a runner that does not answer in time is unavailable", async () => {
  await using runner = serveAnswers(() => new Promise(() => {}));
  const engine = engineAt(runner.url, { connectMs: 20, retries: 1 });
  await assert.rejects(engine.admit(claimOf(), NEVER), EngineUnavailable);
  assert.equal(runner.visits, 2);
});

Deno.test("a runner that answers, but never says that there is a place, is unavailable", async () => {
  await using runner = serveLiar(() => new Promise(() => {}), "");
  const engine = engineAt(runner.url, { connectMs: 20, retries: 0 });
  await assert.rejects(engine.admit(claimOf(), NEVER), EngineUnavailable);
});

for (const status of [502, 503, 504]) {
  Deno.test(`a ${status} sends to the next runner, before anything has started`, async () => {
    await using runner = serveAnswers((_request, visit) =>
      visit < 3 ? new Response(null, { status }) : new Response(PLACED)
    );
    const place = await engineAt(runner.url).admit(claimOf(), NEVER);
    place.leave();
    assert.equal(runner.visits, 3);
  });
}

Deno.test("a full runner is busy for as long as it says, and is not asked again", async () => {
  for (
    const [header, expected] of [["7", 7], ["soon", undefined], ["-1", undefined], [
      "1e9",
      undefined,
    ]] as const
  ) {
    await using runner = serveAnswers(() =>
      new Response("{}", { status: 429, headers: { "retry-after": header } })
    );
    await assert.rejects(engineAt(runner.url).admit(claimOf(), NEVER), (thrown) => {
      assert.ok(thrown instanceof EngineBusy);
      assert.equal(thrown.retryAfterS, expected);
      return true;
    });
    assert.equal(runner.visits, 1);
  }
});

Deno.test("a limit that the runner refuses is told as the engine's own", async () => {
  const problem = { code: "limit_refused", limit: "cpuMs", asked: 9, ceiling: 5 };
  await using runner = serveAnswers(() => Response.json(problem, { status: 422 }));
  await assert.rejects(engineAt(runner.url).admit(claimOf(), NEVER), (thrown) => {
    assert.ok(thrown instanceof LimitRefused);
    assert.deepEqual([thrown.limit, thrown.asked, thrown.ceiling], ["cpuMs", 9, 5]);
    return true;
  });
});

for (
  const [what, answer] of [
    ["refuses the token", () => Response.json({ code: "token_invalid" }, { status: 401 })],
    ["has seen the token before", () => Response.json({ code: "token_replayed" }, { status: 403 })],
    ["is another site", () => new Response("<h1>Hello</h1>")],
    ["is another site's error page", () => new Response("<h1>No</h1>", { status: 404 })],
    ["answers without a body", () => new Response(null)],
    ["answers with an endless line", () => new Response("x".repeat(1024 * 1024))],
    ["fails endlessly", () => new Response("x".repeat(1024 * 1024), { status: 500 })],
    ["has odd walls", () => new Response('{"type":"placed","engine":"x","layers":["<b>"]}\n')],
    ["says more than is known", () => new Response(PLACED.replace("}", ',"x":1}'))],
  ] as const
) {
  Deno.test(`what ${what} is unavailable, and not asked again`, async () => {
    await using runner = serveAnswers(answer);
    await assert.rejects(engineAt(runner.url).admit(claimOf(), NEVER), EngineUnavailable);
    assert.equal(runner.visits, 1);
  });
}

Deno.test("a redirect is not followed: the token is for this runner", async () => {
  let told = 0;
  await using thief = serveAnswers(() => (told++, new Response(PLACED)));
  await using runner = serveAnswers(() =>
    new Response(null, { status: 307, headers: { location: `${thief.url}/runs` } })
  );
  await assert.rejects(engineAt(runner.url).admit(claimOf(), NEVER), EngineUnavailable);
  assert.equal(told, 0);
});

Deno.test("without a token nobody is asked", async () => {
  await using runner = serveAnswers(() => new Response(PLACED));
  const engine = engineAt(runner.url, { authorize: () => Promise.reject(new Error("no key")) });
  await assert.rejects(engine.admit(claimOf(), NEVER), EngineUnavailable);
  assert.equal(runner.visits, 0);
});

Deno.test("who stops waiting gets no place, and the runner sees the connection close", async () => {
  const closed = Promise.withResolvers<void>();
  await using runner = serveAnswers((request) => {
    request.body?.getReader().read().then(() => closed.resolve(), () => closed.resolve());
    asked.resolve();
    return new Promise(() => {});
  });
  const asked = Promise.withResolvers<void>();
  const stop = new AbortController();
  const admitting = engineAt(runner.url).admit(claimOf(), stop.signal);
  await asked.promise;
  stop.abort();
  await assert.rejects(admitting, EngineBusy);
  await closed.promise;
  await assert.rejects(engineAt(runner.url).admit(claimOf(), AbortSignal.abort()), EngineBusy);
});

Deno.test("a run that was cancelled before is not sent anywhere", async () => {
  const heard: unknown[] = [];
  await using runner = serveLiar(async ({ hear }) => void heard.push(await hear()));
  const place = await engineAt(runner.url).admit(claimOf(), NEVER);
  const [ending] = await gather(place.run(jobOf(), AbortSignal.abort()));
  assert.equal(ending?.type === "ending" && ending.status, "cancelled");
  assert.ok(heard.every((line) => line === null));
  await assert.rejects(gather(place.run(jobOf(), NEVER)), /given back/);
});
