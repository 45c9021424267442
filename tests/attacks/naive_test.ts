import assert from "@std/assert";
import * as z from "zod";
import { openCanary } from "./canary.ts";
import { readAttacks } from "./program.ts";

/** Enough of every kind to prove that the programs are live and that the oracles see them. */
const LIVE = [
  ...["c01_do_while", "c03_microtask_chain", "c05_backtracking_email", "c08_array_like_reverse"],
  ...["c12_bigint_to_text", "c20_getter_in_result", "e01_static_import", "e02_dynamic_import"],
  ...["f01_text_import", "f02_json_import", "f03_module_import", "f09_host_facts", "h01_kill"],
  ...["s01_constructors", "t01_loopback", "t04_prototype_names", "x05_fine_clock"],
];
const HONEST = ["n01_compute", "n06_language"];
const DEADLINE_MS = 15_000;
const BUSY_SHARE = 0.5;

const answerSchema = z.object({ result: z.string(), cpuShare: z.number() });

/** The behaviour is that of current Deno; older ones breach elsewhere. */
const [major = 0, minor = 0] = Deno.version.deno.split(".").map(Number);
const ignore = major < 2 || major === 2 && minor < 9;

const attacks = await readAttacks(new URL("./programs", import.meta.url));

for (const attack of attacks.filter(({ name }) => LIVE.includes(name))) {
  Deno.test(
    `a naive Worker does not hold ${attack.name}: ${attack.attempted}`,
    { ignore },
    async () => {
      assert.ok((await breachesOf(attack.source)).length > 0);
    },
  );
}

for (const attack of attacks.filter(({ name }) => HONEST.includes(name))) {
  Deno.test(`a naive Worker runs ${attack.name} and no oracle cries`, { ignore }, async () => {
    assert.deepEqual(await breachesOf(attack.source), []);
  });
}

/** Plays a program in a naive Worker in a process that is killed at the end, whatever happens. */
async function breachesOf(source: string): Promise<string[]> {
  const canary = await openCanary();
  const file = await Deno.makeTempFile({ suffix: ".js" });
  await Deno.writeTextFile(file, canary.place(source));
  const host = new URL("./naive_host.ts", import.meta.url).pathname;
  const flags = ["--no-config", "--no-lock", "--no-check", "--unstable-worker-options"];
  const child = new Deno.Command(Deno.execPath(), {
    args: ["run", "-A", ...flags, host, file],
    stdin: "null",
    stdout: "piped",
    stderr: "null",
  }).spawn();
  const deadline = setTimeout(() => child.kill("SIGKILL"), DEADLINE_MS);
  try {
    return [...judge(await firstLine(child.stdout)), ...canary.hits.map((hit) => `egress ${hit}`)];
  } finally {
    clearTimeout(deadline);
    kill(child);
    await child.status;
    await Deno.remove(file);
    await canary.close();
  }
}

function judge(line: string): string[] {
  if (!line.startsWith('{"result":')) return ["the host died"];
  const { result, cpuShare } = answerSchema.parse(JSON.parse(line));
  return [
    result.startsWith('{"breach":') ? [result] : [],
    cpuShare > BUSY_SHARE ? [`the worker still uses ${cpuShare.toFixed(2)} cores`] : [],
  ].flat();
}

async function firstLine(output: ReadableStream<Uint8Array>): Promise<string> {
  let text = "";
  for await (const chunk of output.pipeThrough(new TextDecoderStream())) {
    text += chunk;
    if (text.includes("\n")) break;
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
