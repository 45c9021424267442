/** Our `remote` engine, with a runner of its own on loopback: its processes count as its tree. */
import * as z from "zod";
import type { Engine } from "../../../supabase/functions/_shared/sandbox/engine.ts";
import { createRemoteEngine } from "../../../supabase/functions/_shared/sandbox/remote/engine.ts";
import { createRunTokens } from "../../../supabase/functions/_shared/run_token.ts";
import type { Sandbox } from "../adapter.ts";
import { benchEngine } from "./engine.ts";
import { POOL, waitWarm } from "./pool.ts";

const RUNNER = new URL("../../../runner/", import.meta.url).pathname;
const AUDIENCE = "bench";

const Key = z.object({
  kty: z.literal("OKP"),
  crv: z.literal("Ed25519"),
  x: z.string(),
  d: z.string(),
  kid: z.string(),
  alg: z.literal("EdDSA"),
});
const Listening = z.object({ event: z.literal("listening"), url: z.string() });

let running: { runner: Deno.ChildProcess; engine: Engine; url: string } | undefined;

function started() {
  if (!running) throw new Error("the runner is not started");
  return running;
}

/** The runner tells how many are warm in its metrics. */
async function countWarm(): Promise<number> {
  const response = await fetch(`${started().url}/metrics`);
  return Number(/warm (\d+)$/m.exec(await response.text())?.[1] ?? 0);
}

async function start(): Promise<void> {
  const { stdout } = await new Deno.Command(Deno.execPath(), {
    args: ["run", "-A", "--quiet", `${RUNNER}keys.ts`],
  }).output();
  const value = (name: string) =>
    new RegExp(`^${name}='(.*)'$`, "m").exec(new TextDecoder().decode(stdout))?.[1] ?? "";
  const runner = new Deno.Command(Deno.execPath(), {
    args: ["run", "-A", "--quiet", "--unstable-no-legacy-abort", `${RUNNER}main.ts`],
    env: {
      CLOISTER_RUN_KEYS: value("CLOISTER_RUN_KEYS"),
      CLOISTER_RUNNER_AUDIENCE: AUDIENCE,
      CLOISTER_RUNNER_PORT: "0",
      CLOISTER_RUNNER_PLACES: `${POOL.places}`,
      CLOISTER_RUNNER_WARM: `${POOL.warm}`,
    },
    stdin: "null",
    stdout: "piped",
    stderr: "null",
  }).spawn();
  const url = await findAddress(runner.stdout);
  const key = Key.parse(JSON.parse(value("CLOISTER_RUNNER_KEY")));
  const authorize = createRunTokens({ key, audience: AUDIENCE });
  running = { runner, url, engine: createRemoteEngine({ url, authorize }) };
  await refilled();
}

/** Reads what the runner logs until it says where it listens, and lets the rest pass. */
async function findAddress(output: ReadableStream<Uint8Array>): Promise<string> {
  const [mine, rest] = output.tee();
  rest.pipeTo(new WritableStream()).catch(() => {});
  let text = "";
  for await (const chunk of mine.pipeThrough(new TextDecoderStream())) {
    text += chunk;
    for (const line of text.split("\n").slice(0, -1)) {
      const told = Listening.safeParse(JSON.parse(line));
      if (told.success) return told.data.url;
    }
  }
  throw new Error("the runner ended");
}

const refilled = () => waitWarm(countWarm);

export const sandbox: Sandbox = {
  start,
  run: (job) => benchEngine(started().engine).run(job),
  refilled,
  async stop() {
    started().runner.kill("SIGKILL");
    await started().runner.status;
  },
};
