import * as z from "zod";
import type { Tool } from "../../supabase/functions/_shared/sandbox/engine.ts";

const HOSTS = ["api.example.com"];
const KEY = /^[A-Za-z0-9._-]{1,64}(?:\/[A-Za-z0-9._-]{1,64}){0,7}$/;
const QUOTA = 1024 * 1024;

/** Stand-ins for tools, hardened as real ones have to be, that count how often, and how many at once. */
export function makeTools() {
  const counted = { calls: 0, underWay: 0, most: 0 };
  const files = new Map([["own.txt", "my own file"]]);
  const tools: Record<string, Tool> = {
    echo: (value) => Promise.resolve(value),
    slow,
    fetch: refuseFetch,
    readFile: (args) => Promise.resolve(files.get(pathOf(args)) ?? refuse("not found")),
    writeFile: (args) => Promise.resolve(write(files, args)),
    "files.read": (args) => Promise.resolve({ text: files.get(pathOf(args)) ?? refuse("no file") }),
    "files.write": (args) => Promise.resolve(write(files, args)),
    "files.append": (args) => Promise.resolve(write(files, args)),
    llm: () => Promise.resolve({ stream: "endless" }),
    "stream.next": () => Promise.resolve({ delta: "and so on" }),
    "stream.close": () => Promise.resolve(null),
    setSettings: (args) =>
      Promise.resolve(Object.keys(z.record(z.string(), z.json()).parse(args)).length),
  };
  const count = (tool: Tool): Tool => async (args, signal, name) => {
    counted.calls++;
    counted.most = Math.max(counted.most, ++counted.underWay);
    try {
      return await tool(args, signal, name);
    } finally {
      counted.underWay--;
    }
  };
  const entries = Object.entries(tools).map(([name, tool]) => [name, count(tool)] as const);
  return { counted, tools: Object.fromEntries(entries) };
}

const slow: Tool = (args, signal) => {
  const { ms } = z.object({ ms: z.number().min(0).max(1000) }).parse(args);
  return new Promise((resolve) => {
    const end = () => {
      clearTimeout(timer);
      signal.removeEventListener("abort", end);
      resolve("slow-done");
    };
    const timer = setTimeout(end, ms);
    signal.addEventListener("abort", end);
  });
};

/** Checks as an egress tool must; there is nothing behind it. */
const refuseFetch: Tool = (args) => {
  const { url } = z.object({ url: z.string().max(2048) }).parse(args);
  const { protocol, hostname, port } = new URL(url);
  if (!["http:", "https:"].includes(protocol) || port) throw new Error("address not allowed");
  if (!HOSTS.includes(hostname)) throw new Error("host not allowed");
  throw new Error("unreachable");
};

function write(files: Map<string, string>, args: unknown): number {
  const path = pathOf(args);
  const { text } = z.object({ text: z.string().max(QUOTA) }).parse(args);
  const used = [...files.values()].reduce((bytes, file) => bytes + file.length, 0);
  if (used + text.length > QUOTA) return refuse("the workspace is full");
  files.set(path, text);
  return text.length;
}

function pathOf(args: unknown): string {
  const { path } = z.object({ path: z.string().regex(KEY, "bad path") }).parse(args);
  return path.split("/").some((part) => /^\.+$/.test(part)) ? refuse("bad path") : path;
}

function refuse(reason: string): never {
  throw new Error(reason);
}
