import assert from "@std/assert";
import * as z from "zod";
import { Preview, Schedule } from "../../../supabase/functions/agents/schedules/schema.ts";
import { type Person, person } from "../../stack.ts";
import { inRole, operator, plantKey, uuidOf } from "../matrix/cast.ts";

const Problem = z.object({ code: z.string(), detail: z.string().optional() });
const SOURCE = "export default (input) => ({ got: input });";
const INPUT = {
  type: "object",
  properties: { city: { type: "string" } },
  required: ["city"],
} as const;

/** Somebody new with an agent. */
async function owner(draft: object = {}, who?: Person): Promise<Person> {
  const ann = who ?? await person("scheduler");
  const body = { name: "weather", source: SOURCE, language: "javascript", ...draft };
  assert.equal((await drain(await ann.call("POST", "/agents", { body }))).status, 201);
  return ann;
}

async function drain(response: Response) {
  const text = await response.text();
  return { status: response.status, body: text === "" ? undefined : JSON.parse(text) };
}

/** A call about the agent's schedules, and its answer. */
async function ask(who: Person, method: string, path = "", body?: unknown) {
  const init = body === undefined ? {} : { body };
  return await drain(await who.call(method, `/agents/weather/schedules${path}`, init));
}

async function make(who: Person, draft: object = {}) {
  const { status, body } = await ask(who, "POST", "", {
    ...{ name: "daily", cron: "30 8 * * mon-fri", time_zone: "Europe/Berlin" },
    ...draft,
  });
  assert.equal(status, 201, JSON.stringify(body));
  return Schedule.parse(body);
}

function refusal({ status, body }: { status: number; body: unknown }): string {
  return `${status} ${Problem.parse(body).code}`;
}

/** Makes a schedule due at this minute, and fires it alone: others' tests have theirs. */
async function fire(schedule: string): Promise<void> {
  await using sql = operator();
  const id = uuidOf(schedule);
  await sql.begin(async (tx) => {
    await tx`
      update public.schedules set planned_at = date_trunc('minute', now()),
        next_at = '-infinity' where id = ${id}`;
    await tx`
      update public.schedules as s set next_at = f.next_at, planned_at = f.planned_at,
        enabled = f.enabled, last_at = f.last_at, last_run_id = f.last_run_id,
        last_planned_at = f.last_planned_at, last_problem = f.last_problem
      from (
        select (app.fire_or_end(s)).* from public.schedules as s where s.id = ${id}
      ) as f
      where s.id = f.id`;
  });
}

Deno.test("POST /agents/:name/schedules lets an agent run by the clock, and says when it does next", async () => {
  const ann = await owner();
  const made = await make(ann, { cron: " 30  8 * * mon-fri ", input: { city: "Ulm" } });
  assert.equal(made.cron, "30 8 * * mon-fri");
  assert.deepEqual(made.input, { city: "Ulm" });
  assert.ok(made.next_at !== null && Date.parse(made.next_at) > Date.now());
  assert.deepEqual((await ask(ann, "GET", "/daily")).body, made);
  assert.deepEqual((await ask(ann, "GET")).body, { data: [made], next_cursor: null });
  assert.equal(refusal(await ask(ann, "POST", "", made)), "400 invalid_request");
});

Deno.test("a line that never fires, one that is none, and a zone that does not exist are told apart", async () => {
  const ann = await owner();
  const tries = {
    "The cron line never fires: no such month has such a day.": { cron: "0 0 30 2 *" },
    "The cron line's hour is none": { cron: "0 24 * * *" },
    "A cron line has five fields": { cron: "0 0 0 * * *" },
    "There is no such time zone.": { cron: "0 0 * * *", time_zone: "Mars/Olympus" },
  };
  for (const [detail, draft] of Object.entries(tries)) {
    const answer = await ask(ann, "POST", "", { name: "x", ...draft });
    assert.equal(refusal(answer), "400 invalid_request");
    assert.ok(Problem.parse(answer.body).detail?.startsWith(detail), answer.body.detail);
    const query = new URLSearchParams(draft);
    assert.equal(refusal(await ask(ann, "GET", `/preview?${query}`)), "400 invalid_request");
  }
  assert.deepEqual((await ask(ann, "GET")).body.data, []);
});

Deno.test("GET /agents/:name/schedules/preview says when a line would fire next, and makes nothing", async () => {
  const ann = await owner();
  const query = new URLSearchParams({
    cron: "0 12 * * *",
    time_zone: "Asia/Kathmandu",
    limit: "3",
  });
  const { data } = Preview.parse((await ask(ann, "GET", `/preview?${query}`)).body);
  assert.equal(data.length, 3);
  assert.ok(data.every((time) => time.endsWith("T06:15:00.000Z")), `${data}`);
  assert.deepEqual((await ask(ann, "GET")).body.data, []);
});

Deno.test("an input that the agent would not take is told at once", async () => {
  const ann = await owner({ input_schema: INPUT });
  const draft = { name: "x", cron: "0 0 * * *" };
  assert.equal(refusal(await ask(ann, "POST", "", draft)), "422 invalid_input");
  const large = { ...draft, input: "x".repeat(65_536) };
  assert.equal(refusal(await ask(ann, "POST", "", large)), "400 invalid_request");
  await make(ann, { input: { city: "Ulm" } });
  const change = { input: { city: 1 }, version: 1 };
  assert.equal(refusal(await ask(ann, "PATCH", "/daily", change)), "422 invalid_input");
});

Deno.test("PATCH /agents/:name/schedules/:schedule changes what it names, and switches off and on", async () => {
  const ann = await owner();
  const made = await make(ann, { version: 1 });
  const off = Schedule.parse((await ask(ann, "PATCH", "/daily", { enabled: false })).body);
  assert.deepEqual([off.enabled, off.next_at, off.version], [false, null, 1]);
  const on = Schedule.parse(
    (await ask(ann, "PATCH", "/daily", { enabled: true, version: null, input: null })).body,
  );
  assert.deepEqual([on.enabled, on.next_at, on.version], [true, made.next_at, null]);
  assert.equal(refusal(await ask(ann, "PATCH", "/daily", {})), "400 invalid_request");
  assert.equal(refusal(await ask(ann, "PATCH", "/none", { enabled: true })), "404 not_found");
  assert.equal((await ask(ann, "DELETE", "/daily")).status, 204);
  assert.equal(refusal(await ask(ann, "GET", "/daily")), "404 not_found");
});

Deno.test("a schedule fires with its input, and says which run it was; the run says whose it is", async () => {
  const ann = await owner();
  const made = await make(ann, { input: { city: "Ulm" } });
  await fire(made.id);
  const fired = Schedule.parse((await ask(ann, "GET", "/daily")).body);
  assert.equal(fired.last_problem, null);
  assert.ok(fired.last_at !== null && fired.last_run_id !== null);
  const { body: run } = await drain(await ann.call("GET", `/execute/runs/${fired.last_run_id}`));
  assert.equal(run.trigger, "schedule");
  assert.deepEqual(run.input, { city: "Ulm" });
});

Deno.test("a key's schedule has the key's rights: it ends when the key does, and says so", async () => {
  await using sql = operator();
  const ann = await owner({}, await inRole(sql, "user"));
  const scopes = ["agents:read", "agents:write", "agents:execute"];
  const { key, id } = await plantKey(sql, ann.id, scopes);
  const keyed: Person = {
    ...ann,
    call: (method, path, init) =>
      ann.call(method, path, { ...init, headers: { authorization: `Bearer ${key}` } }),
  };
  const made = await make(keyed);
  assert.equal(uuidOf(made.made_by ?? ""), id);
  await sql`update public.api_keys set revoked_at = now() where id = ${id}`;
  await fire(made.id);
  const ended = Schedule.parse((await ask(ann, "GET", "/daily")).body);
  assert.deepEqual(
    [ended.enabled, ended.last_problem, ended.last_run_id],
    [false, "key_revoked", null],
  );
});

Deno.test("a stranger's schedules are as good as missing", async () => {
  const [ann, bob] = [await owner(), await person("stranger")];
  await make(ann);
  for (
    const [method, path, body] of [
      ["GET", ""],
      ["GET", "/daily"],
      ["GET", "/preview?cron=*+*+*+*+*"],
      ["POST", "", { name: "x", cron: "0 0 * * *" }],
      ["PATCH", "/daily", { enabled: false }],
      ["DELETE", "/daily"],
    ] as const
  ) {
    assert.equal(refusal(await ask(bob, method, path, body)), "404 not_found", method + path);
  }
});
