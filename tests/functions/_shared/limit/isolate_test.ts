import assert from "@std/assert";
import { IsolateStore } from "../../../../supabase/functions/_shared/limit/isolate.ts";
import { RULES } from "../../../../supabase/functions/_shared/limit/rules.ts";

const HOUR_MS = 3_600_000;

function at(start: number) {
  const clock = { ms: start };
  return { clock, store: new IsolateStore(() => clock.ms) };
}

const draw = (bucket: string, quota = 10) => ({ bucket, quota, windowS: 60 });

async function passes(store: IsolateStore, requests: number, bucket = "read:user:ann") {
  let passed = 0;
  for (let i = 0; i < requests; i++) {
    const [drawn] = await store.take([draw(bucket)]);
    if (drawn?.success) passed++;
  }
  return passed;
}

Deno.test("a sliding window lets no more through when the minute turns", async () => {
  const { clock, store } = at(HOUR_MS + 59_999);
  assert.equal(await passes(store, 50), 10);
  clock.ms = HOUR_MS + 60_000;
  assert.equal(await passes(store, 50), 0, "the whole of the window before still counts");
  clock.ms = HOUR_MS + 90_000;
  assert.equal(await passes(store, 50), 5, "half of it does");
  clock.ms = HOUR_MS + 180_000;
  assert.equal(await passes(store, 50), 10, "nothing of it does");
});

Deno.test("a hundred thousand addresses take no more memory than ten thousand", async () => {
  const { clock, store } = at(HOUR_MS);
  assert.equal(await passes(store, 10, "address:198.51.100.7"), 10);
  for (let i = 0; i < 100_000; i++) await store.take([draw(`address:${i}`)]);
  assert.ok(store.windows.size <= 10_002, `${store.windows.size}`);
  assert.equal(await passes(store, 1, "address:198.51.100.7"), 0, "nobody's count is forgotten");
  assert.equal(await passes(store, 20, "address:one more"), 0, "those without room share a budget");
  clock.ms += 180_000;
  assert.equal(await passes(store, 20, "address:one more"), 10, "until there is room again");
});

Deno.test("a flood of strikes takes bounded memory, and those heard of last are kept", async () => {
  const { store } = at(HOUR_MS);
  for (let i = 0; i < 10_000; i++) await store.strike(`10.0.${i >> 8}.${i & 255}`, RULES.probing);
  for (let i = 0; i < 10; i++) await store.strike("198.51.100.7", RULES.auth_failed);
  assert.ok(store.offenders.size <= 2_000);
  assert.ok(store.offenders.blockedMs("198.51.100.7") > 0);
  assert.equal((await store.blocks()).length, 1);
});

Deno.test("blocks last 60 s, 5 min, 30 min, 2 h, 24 h, and then 24 h again", async () => {
  const { clock, store } = at(HOUR_MS);
  const address = "198.51.100.7";
  for (const seconds of [60, 300, 1_800, 7_200, 86_400, 86_400]) {
    for (let i = 1; i < 10; i++) {
      assert.deepEqual(await store.strike(address, RULES.auth_failed), {
        blockedMs: 0,
        offence: 0,
      });
    }
    assert.equal((await store.strike(address, RULES.auth_failed)).blockedMs, seconds * 1000);
    clock.ms += seconds * 1000 - 1;
    assert.equal(store.offenders.blockedMs(address), 1);
    clock.ms += 1;
    assert.equal(store.offenders.blockedMs(address), 0);
  }
  clock.ms += 86_400_000;
  for (let i = 1; i < 10; i++) await store.strike(address, RULES.auth_failed);
  assert.deepEqual(
    await store.strike(address, RULES.auth_failed),
    { blockedMs: 60_000, offence: 1 },
    "a day without an offence is a new beginning",
  );
});

Deno.test("strikes that lie more than a minute back do not count", async () => {
  const { clock, store } = at(HOUR_MS);
  for (let i = 0; i < 100; i++) {
    const { blockedMs } = await store.strike("198.51.100.7", RULES.auth_failed);
    assert.equal(blockedMs, 0, "nine a minute are no offence, however long they go on");
    clock.ms += 6_667;
  }
});
