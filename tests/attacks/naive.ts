import * as z from "zod";
import { openCanary } from "./canary.ts";
import type { Attack } from "./program.ts";

const [major = 0, minor = 0] = Deno.version.deno.split(".").map(Number);

/** What is said of a naive Worker is said of current Deno; older ones breach elsewhere. */
export const NAIVE_CAN_BE_SHOWN = major > 2 || (major === 2 && minor >= 9);

const DEADLINE_MS = 6_000;
const BUSY_SHARE = 0.35;
const MAX_LAG_MS = 250;
const MAX_MESSAGES = 5_000;
const MAX_CALLS = 200;
const MAX_RSS_BYTES = 600 * 1024 * 1024;
const MAX_PRINTED = 1024 * 1024;
const MAX_RESULT = 1024 * 1024;

const seenSchema = z.object({
  results: z.array(z.string()),
  largest: z.number(),
  threads: z.number(),
  cpuShare: z.number(),
  messages: z.number(),
  calls: z.number(),
  forged: z.number(),
  late: z.number(),
  lagMs: z.number(),
  rssBytes: z.number(),
});

/**
 * Plays a program in a naive Worker, in a process that is killed at the end, whatever happens, and
 * tells how it got out: the control that shows which programs are live. On a busy machine a program
 * needs more time to get out; `patience` multiplies it.
 */
export async function playNaively({ source, run }: Attack, patience = 1): Promise<string[]> {
  const canary = await openCanary({ enter: false });
  const file = await Deno.makeTempFile({ suffix: ".js" });
  await Deno.writeTextFile(file, canary.place(source));
  const host = new URL("./naive_host.ts", import.meta.url).pathname;
  const flags = ["--no-config", "--no-lock", "--no-check", "--unstable-worker-options"];
  const child = new Deno.Command(Deno.execPath(), {
    args: ["run", "-A", ...flags, host, file, run, String(patience)],
    stdin: "null",
    stdout: "piped",
    stderr: "null",
    env: { NO_COLOR: "1" },
  }).spawn();
  const deadline = setTimeout(() => kill(child), DEADLINE_MS * patience);
  try {
    return [...judge(await read(child.stdout)), ...canary.hits.map((hit) => `egress ${hit}`)];
  } finally {
    clearTimeout(deadline);
    kill(child);
    await child.status;
    await Deno.remove(file);
    await canary.close();
  }
}

function judge(text: string): string[] {
  const seen = parse(/^SEEN (\{[^\n]*\})$/m.exec(text)?.[1]);
  if (seen === undefined) return [text.length > MAX_PRINTED ? "a flood of lines" : "the host died"];
  return [
    seen.results.filter((result) => result.startsWith('{"breach":')),
    seen.results.includes('"FORGED"') || seen.forged > 0
      ? ["its supervisor took a forged word"]
      : [],
    seen.cpuShare > BUSY_SHARE ? [`the worker still uses ${seen.cpuShare.toFixed(2)} cores`] : [],
    seen.lagMs > MAX_LAG_MS ? ["the host's event loop stood still"] : [],
    seen.rssBytes > MAX_RSS_BYTES ? ["the host's memory grew"] : [],
    seen.messages > MAX_MESSAGES || seen.calls > MAX_CALLS ? ["a flood of messages"] : [],
    seen.largest > MAX_RESULT ? ["a result of any size was taken"] : [],
    seen.threads > 0 ? ["the worker's thread is left"] : [],
    seen.late > 0 ? ["tools were called after the end"] : [],
    text.includes("INJECT") ? ["a line was forged"] : [],
  ].flat();
}

/** Undefined when the host did not come to its report, or when others wrote into it. */
function parse(line: string | undefined): z.infer<typeof seenSchema> | undefined {
  try {
    return seenSchema.parse(JSON.parse(line ?? ""));
  } catch {
    return undefined;
  }
}

/** Everything up to the host's own report, or as much of it as anybody could want. */
async function read(output: ReadableStream<Uint8Array>): Promise<string> {
  let text = "";
  for await (const chunk of output.pipeThrough(new TextDecoderStream())) {
    text += chunk;
    if (/^SEEN [^\n]*\n/m.test(text.slice(-4096)) || text.length > MAX_PRINTED) break;
  }
  return text;
}

function kill(child: Deno.ChildProcess): void {
  try {
    child.kill("SIGKILL");
  } catch {
    // it has died already
  }
}
