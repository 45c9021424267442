/**
 * The design that attack programs are written against: a Deno Worker with no permissions, in a host
 * that has all of them. Run alone, in a process of its own: most programs get out of it.
 */
import process from "node:process";
import * as path from "node:path";

const [file = "", run, patience] = Deno.args;
const TIMEOUT_MS = 300 * Number(patience);
const WATCH_MS = 200 * Number(patience);
const BEAT_MS = 20;
const MAX_TOLD = 500;

interface Message {
  id?: number;
  name?: string;
  args?: { url?: string; path?: string };
  result?: string;
}

const dataUrl = (code: string) => `data:text/javascript,${encodeURIComponent(code)}`;

/** Tools as they are written at first: they do what they are asked. */
const TOOLS: Record<string, (args: NonNullable<Message["args"]>) => unknown> = {
  echo: (args) => args,
  fetch: async ({ url = "" }) => ({ body: await (await fetch(url)).text() }),
  readFile: ({ path: file = "" }) => Deno.readTextFile(path.join("/srv/workspace", file)),
  writeFile: ({ path: file = "" }) => file.length,
};

const bootstrap = (program: string, role: string) => `
  import main from ${JSON.stringify(dataUrl(program))};
  const waiting = new Map();
  let last = 0;
  const call = (name, args) => new Promise((resolve, reject) => {
    waiting.set(++last, { resolve, reject });
    postMessage({ id: last, name, args });
  });
  self.onmessage = ({ data: { id, ok, value } }) => {
    const { resolve, reject } = waiting.get(id);
    ok ? resolve(value) : reject(new Error(value));
  };
  const agent = { call, log() {}, output() {} };
  let result;
  try {
    result = await main({ role: ${JSON.stringify(role)} }, agent) ?? null;
  } catch (error) {
    result = String(error);
  }
  postMessage({ result: JSON.stringify(result) });
`;

const seen = { messages: 0, calls: 0, forged: 0, late: 0, lagMs: 0, rssBytes: 0 };

/** Runs the program until it returns or its time is over; then the worker is terminated. */
async function play(program: string, role: string): Promise<string> {
  const options = { type: "module", deno: { permissions: "none" } } as const;
  const worker = new Worker(dataUrl(bootstrap(program, role)), options);
  let over = false;
  const ended = new Promise<string>((resolve) => {
    setTimeout(() => resolve("timeout"), TIMEOUT_MS);
    worker.onerror = (event) => {
      event.preventDefault();
      resolve("error");
    };
    worker.onmessage = async ({ data }: MessageEvent<Message>) => {
      seen.messages++;
      const { id, name = "", args = {}, result } = Object(data);
      if (id === undefined && typeof result !== "string") return seen.forged++;
      if (id === undefined) return resolve(result);
      seen.calls++;
      if (over) seen.late++;
      try {
        const tool = TOOLS[name];
        if (!tool) throw new Error("no such tool");
        worker.postMessage({ id, ok: true, value: await tool(args) });
      } catch (error) {
        worker.postMessage({ id, ok: false, value: String(error) });
      }
    };
  });
  const result = await ended;
  over = true;
  await new Promise((resolve) => setTimeout(resolve, BEAT_MS));
  worker.terminate();
  return result;
}

let last = performance.now();
setInterval(() => {
  seen.lagMs = Math.max(seen.lagMs, performance.now() - last);
  seen.rssBytes = Math.max(seen.rssBytes, process.memoryUsage().rss);
  last = performance.now();
}, BEAT_MS);

const program = await Deno.readTextFile(file);
const results = run === "pair-par"
  ? await Promise.all([play(program, "a"), play(program, "b")])
  : [await play(program, "a"), ...(run === "pair-seq" ? [await play(program, "b")] : [])];
const before = process.cpuUsage();
const started = performance.now();
await new Promise((resolve) => setTimeout(resolve, WATCH_MS));
const { user, system } = process.cpuUsage(before);
const cpuShare = (user + system) / 1000 / (performance.now() - started);
const largest = Math.max(...results.map((result) => result.length));
const told = results.map((result) => result.slice(0, MAX_TOLD));
const report = { results: told, largest, cpuShare, threads: countWorkers(), ...seen };
console.log(`\nSEEN ${JSON.stringify(report)}`);
Deno.exit(0);

/** Worker threads that are still there, after all of them were terminated. */
function countWorkers(): number {
  if (Deno.build.os !== "linux") return 0;
  const threads = [...Deno.readDirSync("/proc/self/task")];
  const names = threads.map(({ name }) => Deno.readTextFileSync(`/proc/self/task/${name}/comm`));
  return names.filter((name) => name.startsWith("worker-")).length;
}
