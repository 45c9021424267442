/**
 * The design that attack programs are written against: a Deno Worker with no permissions, in a host
 * that has all of them. Run alone, in a process of its own: most programs get out of it.
 */
import process from "node:process";
import * as path from "node:path";

const TIMEOUT_MS = 300;
const WATCH_MS = 250;

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
};

const bootstrap = (program: string) => `
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
  try { result = await main({ role: "a" }, agent) ?? null; } catch (error) { result = String(error); }
  postMessage({ result: JSON.stringify(result) });
`;

/** Runs the program until it returns or its time is over; then the worker is terminated. */
async function play(program: string): Promise<string> {
  const options = { type: "module", deno: { permissions: "none" } } as const;
  const worker = new Worker(dataUrl(bootstrap(program)), options);
  const ended = new Promise<string>((resolve) => {
    setTimeout(() => resolve("timeout"), TIMEOUT_MS);
    worker.onerror = (event) => {
      event.preventDefault();
      resolve("error");
    };
    worker.onmessage = async ({ data }: MessageEvent<Message>) => {
      const { id, name = "", args = {}, result } = data;
      if (id === undefined) return resolve(result ?? "");
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
  worker.terminate();
  return result;
}

const result = await play(await Deno.readTextFile(Deno.args[0] ?? ""));
const before = process.cpuUsage();
await new Promise((resolve) => setTimeout(resolve, WATCH_MS));
const { user, system } = process.cpuUsage(before);
console.log(JSON.stringify({ result, cpuShare: (user + system) / 1000 / WATCH_MS }));
