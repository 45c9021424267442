/**
 * A station: the process, Deno's or Node's, in which one sandbox is measured. It runs whole batches
 * and tells only their result, so the line to the bench costs the measured runs nothing.
 *
 * deno run -A host.ts <port of the bench> <adapter>
 */
import { connect, type Socket } from "node:net";
import process from "node:process";
import type { Job, Sandbox, Tool } from "./adapter.ts";
import { linesOf } from "./adapters/lines.ts";
import type { Ask, Load, Played, Tell } from "./wire.ts";

type AskOf<Verb extends Ask["do"]> = Extract<Ask, { do: Verb }>;

const BEAT_MS = 10;
const MAX_FAILURES = 3;

const [port = "", adapter = ""] = process.argv.slice(2);
const { sandbox }: { sandbox: Sandbox } = await import(adapter);
const socket: Socket = connect(Number(port), "127.0.0.1");
const tell = (words: Tell) => socket.write(`${JSON.stringify(words)}\n`);
const now = () => performance.timeOrigin + performance.now();
const pause = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms));

/** Calls that the bench has not answered yet. */
const calls = new Map<number, (answer: AskOf<"answered">) => void>();
let lastCall = 0;

await sandbox.start();
tell({ ready: sandbox.language ?? "javascript", about: sandbox.about?.() ?? "" });
// A program's late error must not end its host by the runtime's default alone: it is told.
process.on("unhandledRejection", (reason) => tell({ id: 0, error: `unhandled: ${reason}` }));
for await (const line of linesOf(socket)) {
  const ask: Ask = JSON.parse(line);
  serve(ask).catch((error) => tell({ id: ask.id, error: String(error?.stack ?? error) }));
}
await sandbox.stop();
process.exit(0);

async function serve(ask: Ask): Promise<void> {
  if (ask.do === "load") tell({ id: ask.id, load: await load(ask) });
  else if (ask.do === "play") tell({ id: ask.id, played: await play(ask) });
  else if (ask.do === "answered") calls.get(ask.call)?.(ask);
  else {
    if (ask.do === "rest") await rest();
    tell({ id: ask.id, pong: true });
  }
}

/** What was thrown away is not memory in use: it is collected before the bench looks. */
async function rest(): Promise<void> {
  await sandbox.refilled?.();
  const gc: unknown = Reflect.get(globalThis, "gc");
  if (typeof gc === "function") gc();
}

async function load(ask: AskOf<"load">): Promise<Load> {
  const { program, input, limits, atOnce, runs, forMs, gapMs } = ask;
  const add: Tool = (args) => Promise.resolve(sumOf(args));
  const job: Job = { program, input, limits, tools: { add } };
  const latenciesMs: number[] = [];
  const failures: string[] = [];
  const started = now();
  let begun = 0;
  const client = async () => {
    while (begun < runs || now() - started < forMs) {
      begun++;
      if (gapMs > 0) {
        await sandbox.refilled?.();
        await pause(gapMs);
      }
      const from = now();
      const outcome = await sandbox.run(job);
      const right = outcome.output === ask.output && outcome.logs === ask.logs;
      if (right) latenciesMs.push(now() - from);
      else failures.push(JSON.stringify(outcome).slice(0, 300));
      if (failures.length >= MAX_FAILURES) return;
    }
  };
  await Promise.all(Array.from({ length: atOnce }, client));
  await sandbox.refilled?.();
  return { latenciesMs, elapsedMs: now() - started, failures };
}

function sumOf(args: unknown): number {
  const { a, b } = Object(args);
  return Number(a) + Number(b);
}

async function play({ id, program, input, tools, limits }: AskOf<"play">): Promise<Played> {
  const forward = (tool: string): Tool => (args) =>
    new Promise((resolve, reject) => {
      const call = ++lastCall;
      calls.set(call, ({ ok, text }) => {
        calls.delete(call);
        if (ok) resolve(JSON.parse(text));
        else reject(new Error(text));
      });
      tell({ id, call, tool, args: JSON.stringify(args) ?? "null" });
    });
  const table = Object.fromEntries(tools.map((tool) => [tool, forward(tool)]));
  const stopped = watchLag();
  tell({ id, began: now() });
  await pause(5); // the line leaves before a program may block this process
  const began = now();
  const outcome = await sandbox.run({ program, input, tools: table, limits });
  const ended = now();
  await pause(BEAT_MS + 1);
  const lagMs = stopped();
  const polluted = "polluted" in {} || Object.keys(Object.prototype).length > 0;
  return { outcome, began, ended, lagMs, polluted };
}

/** Watches the event loop; the answer stops it and tells the longest time that it stood still. */
function watchLag(): () => number {
  let [beat, lagMs] = [now(), 0];
  const timer = setInterval(() => {
    const at = now();
    lagMs = Math.max(lagMs, at - beat - BEAT_MS);
    beat = at;
  }, BEAT_MS);
  return () => {
    clearInterval(timer);
    return lagMs;
  };
}
