import assert from "@std/assert";
import { Cron } from "croner";
import fc from "fast-check";
import type { Sql } from "postgres";
import { useScratch } from "./database.ts";

const scratch = useScratch();

/** How many random lines are tried: more than a few hundred is for a night. */
const RUNS = Number(Deno.env.get("CLOISTER_CRON_RUNS") ?? 25);
const DAY_MS = 86_400_000;
/** A leap year. */
const YEAR = { from: Date.UTC(2028, 0, 1), until: Date.UTC(2029, 0, 1) };

/** Zones whose clocks change in every way that there is, and such whose never do. */
const ZONES = [
  "UTC",
  "Europe/Berlin",
  "America/New_York",
  "Asia/Kathmandu", // 5:45 ahead
  "Australia/Lord_Howe", // in the south, by half an hour
  "America/Santiago", // in the south, at midnight
  "Africa/Cairo", // from midnight, and back to the day before
  "America/Havana",
  "America/St_Johns", // a half hour behind
  "Antarctica/Troll", // by two hours
  "Asia/Beirut",
  "Australia/Adelaide",
  "Europe/Dublin", // whose winter is the exception
  "Pacific/Chatham", // 12:45 ahead
];
/** Whole years are slow to simulate. */
const YEAR_ZONES = ZONES.slice(0, 6);
const YEAR_LINES = [
  "30 2 * * *",
  "0 0 * * *",
  "15 1,2,3 * * mon-fri",
  "0 12 13 * fri",
  "5 0 29 2 *",
  "59 23 28-31 * *",
  "0 0 1 */3 0",
  "*/30 0-3 * * sat-sun",
];
const CHANGE_LINES = [
  "*/15 * * * *",
  "45 * * * *",
  "*/20 0-4 * * *",
  "10-10/1 2 * * *",
  ...["0 0", "15 0", "59 23", "30 1", "0 2", "30 2", "59 2", "0 3"].map((time) => `${time} * * *`),
];

interface Stretch {
  from: number;
  until: number;
}

/** Our times in a stretch: `many` at the most, which would be one more than are expected. */
async function ours(
  sql: Sql,
  [line, zone]: readonly [line: string, zone: string],
  { from, until }: Stretch,
  many: number,
) {
  const [row] = await sql<{ times: number[] }[]>`
    select array(
      select extract(epoch from t)::float8 * 1000
      from app.cron_after(app.read_cron(${line}), ${zone}, to_timestamp(${from / 1000}), ${many})
        with ordinality as x (t, n)
      where t < to_timestamp(${until / 1000}) order by n
    ) as times`;
  return row?.times.map((ms) => new Date(ms).toISOString());
}

async function compare(sql: Sql, line: string, zone: string, stretch: Stretch): Promise<void> {
  const expected = theirs(line, zone, stretch);
  const found = await ours(sql, [line, zone], stretch, expected.length + 1);
  assert.deepEqual(found, expected, `${line} ${zone}`);
}

function theirs(line: string, zone: string, { from, until }: Stretch): string[] {
  const cron = new Cron(line, { timezone: zone, mode: "5-part" });
  const times: string[] = [];
  for (let at = new Date(from);;) {
    const next = cron.nextRun(at);
    if (next === null || next.getTime() >= until) break;
    times.push(next.toISOString());
    at = next;
  }
  return times;
}

/** What local time is ahead of UTC on each day of the year, in minutes, as this program knows it. */
function offsetsOf(zone: string): number[] {
  const format = new Intl.DateTimeFormat("en-US", { timeZone: zone, timeZoneName: "longOffset" });
  return Array.from({ length: 366 }, (_, day) => {
    const name = format.format(YEAR.from + day * DAY_MS);
    const [, sign, hours, minutes] = /GMT([+-])(\d\d):(\d\d)$/.exec(name) ?? [];
    const ahead = Number(hours ?? 0) * 60 + Number(minutes ?? 0);
    return sign === "-" ? -ahead : ahead;
  });
}

/** The zones of which Postgres knows the same: both bring their own edition of the database. */
async function agreed(sql: Sql, zones: readonly string[]): Promise<Map<string, number[]>> {
  const found = new Map<string, number[]>();
  for (const zone of zones) {
    const offsets = offsetsOf(zone);
    const [row] = await sql<{ offsets: number[] }[]>`
      select array(
        select (extract(epoch from (t at time zone ${zone}) - (t at time zone 'UTC')) / 60)::int
        from generate_series(0, 365) as day,
          lateral (select to_timestamp(${YEAR.from / 1000}) + day * interval '24 hours' as t) as x
        order by day
      ) as offsets`;
    if (`${row?.offsets}` === `${offsets}`) found.set(zone, offsets);
  }
  assert.ok(found.size >= zones.length - 2, `agreed on ${[...found.keys()]}`);
  return found;
}

Deno.test("a simulated year of cron lines is what croner makes of it, clock changes and leap day included", async () => {
  const sql = scratch().connect(1);
  for (const zone of (await agreed(sql, YEAR_ZONES)).keys()) {
    for (const line of YEAR_LINES) await compare(sql, line, zone, YEAR);
  }
});

Deno.test("around each change of clocks, in zones of every kind, lines fire as croner has it", async () => {
  const sql = scratch().connect(1);
  let changes = 0;
  for (const [zone, offsets] of await agreed(sql, ZONES)) {
    for (const [day, ahead] of offsets.entries()) {
      if (day === 0 || ahead === offsets[day - 1]) continue;
      changes++;
      const around = {
        from: YEAR.from + (day - 2) * DAY_MS,
        until: YEAR.from + (day + 1) * DAY_MS,
      };
      for (const line of CHANGE_LINES) await compare(sql, line, zone, around);
    }
  }
  assert.ok(changes >= 20, `${changes} changes`);
});

/** A field as croner and we read it: numbers, lists, ranges, steps. */
function field(low: number, high: number, count: number): fc.Arbitrary<string> {
  const value = fc.integer({ min: low, max: high });
  const range = fc.tuple(value, value).map(([a, b]) => `${Math.min(a, b)}-${Math.max(a, b)}`);
  const step = fc.integer({ min: 1, max: count });
  const part = fc.oneof(
    value.map(String),
    range,
    fc.tuple(fc.oneof(fc.constant("*"), range), step).map(([of, by]) => `${of}/${by}`),
  );
  const list = fc.array(part, { minLength: 1, maxLength: 3 }).map((parts) => parts.join(","));
  return fc.oneof({ weight: 2, arbitrary: fc.constant("*") }, { weight: 3, arbitrary: list });
}
const anyLine = fc.tuple(
  field(0, 59, 60),
  field(0, 23, 24),
  field(1, 28, 31),
  field(1, 12, 12),
  field(0, 7, 7),
).map((fields) => fields.join(" "));

Deno.test("random lines at random times fire as croner has it", async () => {
  const sql = scratch().connect(1);
  const zones = [...(await agreed(sql, ZONES)).keys()];
  const at = fc.integer({ min: YEAR.from, max: YEAR.until - DAY_MS });
  const each = fc.asyncProperty(
    anyLine,
    fc.constantFrom(...zones),
    at,
    async (line, zone, from) => {
      const stretch = { from, until: from + DAY_MS };
      await compare(sql, line, zone, stretch);
      const [first] = theirs(line, zone, stretch);
      if (first === undefined) return;
      const [next] = await sql<{ at: Date }[]>`
      select app.next_cron(${line}, ${zone}, to_timestamp(${from / 1000})) as at`;
      assert.equal(next?.at.toISOString(), first);
    },
  );
  await fc.assert(each, { numRuns: RUNS });
});

Deno.test("no text is a line to us that is none to croner", async () => {
  const sql = scratch().connect(1);
  const part = fc.constantFrom(
    ...["0", "7", "23", "31", "60", "*", "/", "-", ",", "mon", "JAN", "sun", "x", "L", "#", "?"],
  );
  const piece = fc.array(part, { minLength: 1, maxLength: 4 }).map((parts) => parts.join(""));
  const line = fc.array(fc.oneof(fc.constant("*"), piece), { minLength: 4, maxLength: 6 })
    .map((fields) => fields.join(" "));
  const each = fc.asyncProperty(line, async (text) => {
    const read = await sql`select app.read_cron(${text})`.then(() => true, () => false);
    if (read) new Cron(text, { mode: "5-part" });
  });
  await fc.assert(each, { numRuns: RUNS * 10 });
});

Deno.test("a line of every minute fires in each minute of a year, whatever clocks show, and in seconds", async () => {
  const sql = scratch().connect(1);
  const [row] = await sql`
    select count(*)::int as times, max(t) - min(t) = interval '525599 minutes' as whole
    from app.cron_after(app.read_cron('* * * * *'), 'Europe/Berlin', '2026-01-01Z', 525600) as t`;
  assert.deepEqual({ ...row }, { times: 525_600, whole: true });
});
