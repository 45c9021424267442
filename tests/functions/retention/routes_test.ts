import assert from "@std/assert";
import { createApp } from "../../../supabase/functions/_shared/app.ts";
import { readEnv } from "../../../supabase/functions/_shared/env.ts";
import { createPlatform } from "../../../supabase/functions/_shared/platform.ts";
import { createRetention } from "../../../supabase/functions/retention/work/routes.ts";
import type { Task } from "../../../supabase/functions/retention/work/work.ts";
import { newKey } from "../../keys.ts";
import { ADDRESS_HEADER, newAddress, person, testStack } from "../../stack.ts";
import { promise } from "../matrix/cast.ts";

const stack = testStack();
const keys: Record<string, string> = JSON.parse(stack.env.SUPABASE_SECRET_KEYS ?? "");
const { default: secret = "", cron = "" } = keys;

/** The function over other tasks, so that nothing of other tests is done, and how often it did them. */
function rig(secretKeys: Record<string, string> = keys) {
  const done: string[] = [];
  const tasks: Task[] = [{
    name: "count",
    run: () => Promise.resolve({ times: done.push("once") }),
  }];
  const env = readEnv({ ...stack.env, SUPABASE_SECRET_KEYS: JSON.stringify(secretKeys) });
  const app = createApp("retention", createPlatform("retention", env), createRetention(tasks));
  const ask = async (headers: Record<string, string>, path = "/retention/work") => {
    const response = await app.request(path, {
      method: "POST",
      headers: { "x-request-id": "clock", [ADDRESS_HEADER]: newAddress(), ...headers },
    });
    return { status: response.status, text: await response.text(), headers: response.headers };
  };
  return { ask, done };
}

/** What callers may bring who are not the clock. */
async function impostors(): Promise<Record<string, Record<string, string>>> {
  const ann = await person("ann");
  const { key } = await newKey(ann);
  const last = cron.at(-1) === "A" ? "B" : "A";
  return {
    "nothing": {},
    "an empty key": { apikey: "" },
    "a user's token": { authorization: `Bearer ${ann.token}` },
    "a user's token as the key": { apikey: ann.token },
    "an API key": { authorization: `Bearer ${key}` },
    "the publishable key": { apikey: stack.publishableKey },
    "the default secret key": { apikey: secret },
    "the default secret key as a token": { authorization: `Bearer ${secret}` },
    "the clock's key as a token": { authorization: `Bearer ${cron}` },
    "the clock's key and another": { apikey: `${cron}, ${cron}` },
    "a wrong key of equal length": { apikey: cron.slice(0, -1) + last },
    "a part of the key": { apikey: cron.slice(0, -1) },
    "more than the key": { apikey: `${cron}x` },
    "the key in capitals": { apikey: cron.toUpperCase() },
  };
}

promise(
  "whoever is not the clock is refused with the same bytes, and nothing is done",
  async () => {
    const configured = rig();
    const bare = rig({ default: secret });
    const expected = await configured.ask({});
    assert.equal(expected.status, 401);
    assert.equal(JSON.parse(expected.text).code, "token_invalid");
    for (const [what, headers] of Object.entries(await impostors())) {
      for (const { ask } of [configured, bare]) {
        const { status, text } = await ask(headers);
        assert.deepEqual({ status, text }, { status: 401, text: expected.text }, what);
      }
    }
    // What every route says to keys where no key belongs.
    const { key } = await newKey(await person("ann"));
    for (const { ask } of [configured, bare]) {
      const misplaced = await ask({ apikey: key });
      assert.deepEqual([misplaced.status, JSON.parse(misplaced.text).code], [401, "key_invalid"]);
      assert.equal((await ask({}, `/retention/work?apikey=${cron}`)).status, 400);
    }
    assert.deepEqual([configured.done, bare.done], [[], []]);
  },
);

promise("without a configured key not even the clock is let in, with the same bytes", async () => {
  const { ask, done } = rig({ default: secret });
  const refused = await ask({ apikey: cron });
  const stranger = await rig().ask({});
  assert.deepEqual([refused.status, refused.text], [401, stranger.text]);
  assert.deepEqual(done, []);
});

promise("the clock is let in by its key alone, and costs nobody's budget", async () => {
  const { ask, done } = rig();
  const answer = await ask({ apikey: cron });
  assert.deepEqual(JSON.parse(answer.text), {
    tasks: [{ task: "count", state: "done", counts: { times: 1 } }],
  });
  assert.equal(answer.headers.get("ratelimit"), null);
  assert.equal((await ask({ apikey: cron, authorization: "Bearer none" })).status, 200);
  assert.equal(done.length, 2);
});

promise("the function on the stack asks for the clock's key, too", async () => {
  for (const headers of [undefined, { apikey: secret }, { apikey: stack.publishableKey }]) {
    const response = await fetch(`${stack.url}/functions/v1/retention/work`, {
      method: "POST",
      headers: { [ADDRESS_HEADER]: newAddress(), ...headers },
    });
    assert.equal(response.status, 401);
    await response.body?.cancel();
  }
});
