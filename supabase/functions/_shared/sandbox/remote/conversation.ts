import { type Ending, EngineLost, type Event, type Job, LimitRefused } from "../engine.ts";
import { Calls } from "../host/calls.ts";
import { Accounts } from "./accounts.ts";
import { Broken, type Connection } from "./connection.ts";
import { Breach, parseLine } from "./lines.ts";
import { refusalOf } from "./refusal.ts";
import { JSON_BYTES_PER_CHAR, LINE_SLACK_BYTES, MAX_TEXT, MAX_TOOLS, RunnerLine } from "./wire.ts";

/** A run, where it is to run, and who hears of it. */
export interface Talk {
  run: string;
  job: Job;
  connection: Connection;
  tell(item: Event | Ending): void;
}

/**
 * Sends the job, answers the runner's questions with the job's tools, and tells everything else up
 * to the one ending. Throws {@link EngineLost} when none comes that could be believed.
 */
export async function converse(talk: Talk, signal: AbortSignal): Promise<void> {
  const { connection, job: { limits } } = talk;
  const calls = callsOf(talk);
  const bells: ReturnType<typeof setTimeout>[] = [];
  const cutAfter = (ms: number) => bells.push(setTimeout(() => connection.cut(), ms));
  const cancel = () => {
    connection.send({ type: "cancel" });
    cutAfter(connection.way.endingMs);
  };
  signal.addEventListener("abort", cancel);
  try {
    sendJob(talk);
    if (signal.aborted) cancel();
    cutAfter(limits.wallMs + connection.way.endingMs);
    await listen(talk, calls);
  } catch (thrown) {
    connection.cut();
    throw translate(thrown);
  } finally {
    bells.forEach(clearTimeout);
    signal.removeEventListener("abort", cancel);
    calls.close();
  }
  await connection.close();
}

function callsOf({ connection, job }: Talk): Calls {
  return new Calls(job, ({ call, ok, json, ms }) => {
    connection.send({ type: "answer", call, ok, json, ms });
  });
}

function sendJob({ connection, run, job: { program, input, tools: given } }: Talk): void {
  const tools = Object.keys(given);
  for (
    const [name, size, most] of [
      ["program", program.length, MAX_TEXT],
      ["input", input.length, MAX_TEXT],
      ["tools", tools.length, MAX_TOOLS],
    ] as const
  ) {
    if (size > most) throw new LimitRefused(name, size, most);
  }
  connection.send({ type: "job", run, program, input, tools });
}

async function listen({ connection, job, tell }: Talk, calls: Calls): Promise<void> {
  const { limits } = job;
  const accounts = new Accounts(limits);
  const largest = Math.max(limits.outputBytes, limits.logBytes, limits.toolBytes);
  const longest = JSON_BYTES_PER_CHAR * largest + LINE_SLACK_BYTES;
  for (;;) {
    const line = await connection.next(longest);
    if (line === undefined) throw new EngineLost("the runner's stream ended before the run");
    const said = parseLine(RunnerLine, line);
    if (said.type === "refused") throw refusalOf(said.problem);
    if (said.type === "ending") return tell(accounts.ending(said));
    if (said.type === "beat") accounts.beat();
    else if (said.type === "ask") {
      accounts.ask(said.args, calls.underWay);
      calls.start(said.call, said.tool, said.args);
    } else tell(accounts.event(said));
  }
}

function translate(thrown: unknown): unknown {
  if (thrown instanceof Broken) return new EngineLost("the connection broke", { cause: thrown });
  if (thrown instanceof Breach) {
    return new EngineLost("the runner cannot be believed", { cause: thrown });
  }
  return thrown;
}
