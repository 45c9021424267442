import { Cron } from "croner";
import postgres, { type Sql } from "postgres";
import * as z from "zod";

/** What a clock calls, and whom it tells. */
export interface ClockOptions {
  /** The database, as the role that owns the schema. */
  databaseUrl: string;
  /** Where the functions are called, and with which key; undefined where none are served. */
  functions: { url: string; key: string } | undefined;
  log(line: string): void;
  /** How long to wait before the first round, in which every job is done once. */
  firstMs: number;
}

const Job = z.object({
  name: z.string(),
  every: z.string(),
  kind: z.enum(["sql", "http"]),
  work: z.string(),
});
type Job = z.infer<typeof Job>;

/** How long a clock that found no database waits before it looks again. */
const AGAIN_MS = 5_000;
/** A function answers sooner, or is working on without us. */
const ANSWER_MS = 30_000;

/**
 * Works off `app.jobs`, as pg_cron does on hosted projects: SQL by itself, functions as the project's
 * clock. It begins with a round of everything, since a laptop was asleep at three in the night. No
 * job waits for another to succeed, and none is done twice at once. Disposing ends what is under way.
 */
export function startClock({ databaseUrl, functions, log, firstMs }: ClockOptions) {
  const sql = postgres(databaseUrl, { max: 2, onnotice: () => {} });
  const halt = new AbortController();
  const crons: Cron[] = [];
  const complain = onlyNews(log);
  const work = async (job: Job) => {
    if (job.kind === "sql") await runSql(sql, job.work, halt.signal);
    else if (functions !== undefined) await call(functions, job.work, halt.signal);
  };
  const run = async (job: Job) => {
    const problem = await work(job).then(() => undefined, (error: unknown) => error);
    if (!halt.signal.aborted) complain(job.name, problem);
  };
  const under = new Set<Promise<void>>();
  const start = async () => {
    const jobs = await readJobs(sql);
    for (const job of jobs) if (!halt.signal.aborted) await run(job);
    for (const job of halt.signal.aborted ? [] : jobs) crons.push(schedule(job, track(run, under)));
  };
  const begin = track(async () => {
    while (!halt.signal.aborted) {
      const problem = await start().then(() => undefined, (error: unknown) => error);
      if (problem === undefined) return;
      complain("clock", problem);
      await pause(AGAIN_MS, halt.signal);
    }
  }, under);
  const timer = setTimeout(begin, firstMs);
  Deno.unrefTimer(timer);
  return {
    async [Symbol.asyncDispose]() {
      clearTimeout(timer);
      halt.abort();
      for (const cron of crons) cron.stop();
      await Promise.allSettled(under);
      await sql.end({ timeout: 1 });
    },
  };
}

function schedule(job: Job, run: (job: Job) => Promise<void>): Cron {
  const seconds = /^(\d+) seconds$/.exec(job.every)?.[1];
  const line = seconds === undefined ? job.every : `*/${seconds} * * * * *`;
  return new Cron(line, { timezone: "UTC", protect: true, unref: true }, () => run(job));
}

/** The list; none where another schema than ours is served. */
async function readJobs(sql: Sql): Promise<Job[]> {
  const [found] = await sql`select to_regclass('app.jobs') is not null as is`;
  if (found?.is !== true) return [];
  return Job.array().parse(await sql`select name, every, kind, work from app.jobs order by name`);
}

/** Outside of a transaction, because procedures commit as they go. */
async function runSql(sql: Sql, statement: string, halt: AbortSignal): Promise<void> {
  const query = sql.unsafe(statement);
  const cancel = () => query.cancel();
  halt.addEventListener("abort", cancel);
  try {
    await query;
  } finally {
    halt.removeEventListener("abort", cancel);
  }
}

async function call(
  { url, key }: { url: string; key: string },
  path: string,
  halt: AbortSignal,
): Promise<void> {
  const response = await fetch(`${url}/functions/v1${path}`, {
    method: "POST",
    headers: { apikey: key },
    signal: AbortSignal.any([halt, AbortSignal.timeout(ANSWER_MS)]),
  });
  await response.body?.cancel();
  if (!response.ok) throw new Error(`${path} answers ${response.status}`);
}

/** Says what went wrong when it is something else than the time before. */
function onlyNews(log: (line: string) => void): (name: string, problem: unknown) => void {
  const last = new Map<string, string>();
  return (name, problem) => {
    const text = problem === undefined ? "" : `${problem}`;
    if (text !== "" && text !== last.get(name)) log(`the job ${name} failed: ${text}`);
    last.set(name, text);
  };
}

function pause(ms: number, halt: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    const timer = setTimeout(resolve, ms);
    halt.addEventListener("abort", () => {
      clearTimeout(timer);
      resolve();
    }, { once: true });
  });
}

function track<Args extends unknown[]>(
  run: (...args: Args) => Promise<void>,
  under: Set<Promise<void>>,
): (...args: Args) => Promise<void> {
  return (...args) => {
    const work = run(...args).finally(() => under.delete(work));
    under.add(work);
    return work;
  };
}
