import assert from "@std/assert";
import { Breaker, Outage } from "../../../../supabase/functions/_shared/limit/breaker.ts";
import { Crowded } from "../../../../supabase/functions/_shared/limit/lane.ts";

function broken() {
  const clock = { ms: 0 };
  const state = { asked: 0, recovered: 0 };
  const breaker = new Breaker(() => state.recovered++, () => clock.ms);
  const fail = () =>
    breaker.run(() => {
      state.asked++;
      return Promise.reject(new TypeError("down"));
    });
  const pass = () =>
    breaker.run(() => {
      state.asked++;
      return Promise.resolve("up");
    });
  return { clock, state, fail, pass };
}

Deno.test("after three failures in a row, nobody is asked for two seconds", async () => {
  const { clock, state, fail, pass } = broken();
  for (let i = 0; i < 3; i++) await assert.rejects(fail(), Outage);
  clock.ms = 1_999;
  for (let i = 0; i < 100; i++) await assert.rejects(pass(), Outage);
  assert.equal(state.asked, 3);
  clock.ms = 2_000;
  assert.equal(await pass(), "up");
  assert.deepEqual(state, { asked: 4, recovered: 1 });
});

Deno.test("after the rest one request tries, and the others do not wait for it", async () => {
  const { clock, state, fail } = broken();
  for (let i = 0; i < 3; i++) await assert.rejects(fail(), Outage);
  clock.ms = 2_000;
  const results = await Promise.allSettled(Array.from({ length: 50 }, fail));
  assert.equal(state.asked, 4);
  assert.ok(results.every(({ status }) => status === "rejected"));
});

Deno.test("a failure now and then is no outage", async () => {
  const { state, fail, pass } = broken();
  for (let i = 0; i < 10; i++) {
    await assert.rejects(fail(), Outage);
    await assert.rejects(fail(), Outage);
    assert.equal(await pass(), "up");
  }
  assert.deepEqual(state, { asked: 30, recovered: 0 });
});

Deno.test("an outage says why, without the command or the answer", async () => {
  const breaker = new Breaker();
  const said = async (message: string) => {
    const err = await breaker.run(() => Promise.reject(new Error(message))).catch((err) => err);
    return String(err.message);
  };
  assert.equal(
    await said('WRONGPASS, command was: ["evalsha","user:ann"]'),
    "Error: WRONGPASS",
  );
  assert.equal(
    await said("Unable to parse response body: <html>secret</html>"),
    "Error: Unable to parse response body",
  );
});

Deno.test("many who failed in one call failed once, and a crowd is no failure", async () => {
  const breaker = new Breaker();
  for (let call = 0; call < 2; call++) {
    const err = new Error("one call");
    const asked = Array.from({ length: 50 }, () => breaker.run(() => Promise.reject(err)));
    await Promise.allSettled(asked);
  }
  const crowd = () => breaker.run(() => Promise.reject(new Crowded("250 wait already")));
  for (let i = 0; i < 50; i++) await assert.rejects(crowd(), Outage);
  assert.equal(await breaker.run(() => Promise.resolve("up")), "up");
});
