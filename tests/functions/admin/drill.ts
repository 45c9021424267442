import assert from "@std/assert";
import type { SharedStack } from "../../stack.ts";

/** One thing that the document asks for, in its order. */
export type Step =
  | { kind: "http"; line: number; request: string; status: number; expected: string | undefined }
  | { kind: "stream"; line: number; last: string }
  | { kind: "sh"; line: number; command: string };

/** What is known while the drill goes on: from its beginning, and from what was answered. */
export type Known = Map<string, unknown>;

const FENCE = /^```(http|stream|sh)\n([\s\S]*?)^```$/gm;
const PATIENCE_MS = 15_000;
const PAUSE_MS = 200;

/** The steps of a document; a block that cannot be understood fails with its line. */
export function readDrill(markdown: string): Step[] {
  return [...markdown.matchAll(FENCE)].map((match) => {
    const [, kind, body = ""] = match;
    const line = markdown.slice(0, match.index).split("\n").length;
    if (kind === "stream") return { kind, line, last: body.trim() };
    if (kind === "sh") return { kind, line, command: body.trim() };
    const [, request, status, expected] = /^([\s\S]+?)\n\nHTTP (\d{3})\n?([\s\S]*)$/.exec(body) ??
      [];
    if (request === undefined) throw new Error(`line ${line} is no request with its answer`);
    return {
      kind: "http",
      line,
      request,
      status: Number(status),
      expected: expected?.trim() || undefined,
    };
  });
}

/** Performs requests as the document writes them, and keeps the streams that it opened. */
export function createPerformer(stack: SharedStack, known: Known) {
  const streams: Response[] = [];
  const answers: string[] = [];
  return {
    answers,
    async http(step: Step & { kind: "http" }): Promise<void> {
      const { method, url, headers, body } = parse(step.request, known);
      const until = Date.now() + (method === "GET" ? PATIENCE_MS : 0);
      for (;;) {
        const response = await fetch(`${stack.url}${url}`, { method, headers, body });
        if (headers.get("accept") === "text/event-stream") {
          assert.equal(response.status, step.status, `line ${step.line}`);
          return void streams.push(response);
        }
        const text = await response.text();
        const problem = differs({ status: response.status, text }, step, known);
        if (problem === undefined) return void answers.push(text);
        if (Date.now() >= until) assert.fail(`line ${step.line}: ${problem}\n${text}`);
        await new Promise((resolve) => setTimeout(resolve, PAUSE_MS));
      }
    },
    /** The stream that was opened last must end, and this must be its last event. */
    async stream({ last, line }: Step & { kind: "stream" }): Promise<void> {
      const text = await streams.pop()?.text() ?? "";
      assert.equal([...text.matchAll(/^event: (.+)$/gm)].at(-1)?.[1], last, `line ${line}`);
    },
  };
}

function parse(request: string, known: Known) {
  const [first = "", ...rest] = request.split("\n");
  const [method = "", url = ""] = fill(first, known, encodeURIComponent).split(" ");
  const [head = "", body] = fill(rest.join("\n"), known).split(/\n\n([\s\S]+)/);
  const lines = head.split("\n").filter(Boolean);
  const headers = new Headers(lines.map((line): [string, string] => {
    const at = line.indexOf(":");
    return [line.slice(0, at), line.slice(at + 1).trim()];
  }));
  if (body !== undefined) headers.set("content-type", "application/json");
  return { method, url, headers, body: body ?? null };
}

function fill(text: string, known: Known, write: (value: string) => string = String): string {
  return text.replace(/\{(\w+)\}/g, (_, name: string) => {
    assert.ok(known.has(name), `nobody has said yet what {${name}} is`);
    return write(String(known.get(name)));
  });
}

function differs(
  { status, text }: { status: number; text: string },
  { status: wanted, expected }: Step & { kind: "http" },
  known: Known,
): string | undefined {
  if (status !== wanted) return `answered ${status} and not ${wanted}`;
  if (expected === undefined) return undefined;
  const learnt: Known = new Map();
  const problem = mismatch(JSON.parse(expected), JSON.parse(text), { known, learnt, at: "body" });
  if (problem === undefined) { for (const [name, value] of learnt) known.set(name, value); }
  return problem;
}

interface Place {
  known: Known;
  learnt: Known;
  at: string;
}

/** Of an object, what is expected must be there; of a list, an item for each that is expected. */
function mismatch(expected: unknown, found: unknown, place: Place): string | undefined {
  const { known, learnt, at } = place;
  const name = typeof expected === "string" ? /^\{(\w+)\}$/.exec(expected)?.[1] : undefined;
  if (name !== undefined && !known.has(name)) {
    if (found === undefined || found === null) return `${at} is missing`;
    return void learnt.set(name, found);
  }
  const wanted = name === undefined ? expected : known.get(name);
  if (Array.isArray(wanted)) {
    if (!Array.isArray(found)) return `${at} is no list`;
    const missing = wanted.findIndex((item) =>
      !found.some((it) => mismatch(item, it, { ...place, at: `${at}[]` }) === undefined)
    );
    return missing < 0 ? undefined : `${at} has no ${JSON.stringify(wanted[missing])}`;
  }
  if (typeof wanted === "object" && wanted !== null) {
    if (typeof found !== "object" || found === null) return `${at} is no object`;
    const entries = new Map<string, unknown>(Object.entries(found));
    for (const [key, value] of Object.entries(wanted)) {
      const problem = mismatch(value, entries.get(key), { ...place, at: `${at}.${key}` });
      if (problem !== undefined) return problem;
    }
    return undefined;
  }
  return Object.is(wanted, found) ? undefined : `${at} is ${JSON.stringify(found)}`;
}
