import assert from "@std/assert";
import {
  DEFAULT_LIMITS,
  type Engine,
  EngineBusy,
  EngineUnavailable,
  type Job,
} from "../../supabase/functions/_shared/sandbox/engine.ts";
import { createRemoteEngine } from "../../supabase/functions/_shared/sandbox/remote/engine.ts";
import { certify } from "./certificate.ts";
import { authorize } from "./keys.ts";
import { untilWaiting } from "./serve.ts";
import { type Spawned, spawnRunner } from "./spawn.ts";

const NEVER = new AbortController().signal;
const SLEEP = "console.log('on'); export default () => new Promise((r) => setTimeout(r, 9_000))";
const DOUBLE = "export default (n, agent) => agent.call('double', n)";

const claim = () => ({ run: crypto.randomUUID(), tenant: "ann", limits: DEFAULT_LIMITS });
const jobOf = (program: string, tools: Job["tools"] = {}): Job => {
  return { program, input: "21", tools, limits: DEFAULT_LIMITS };
};

/** A runner that serves TLS itself, and the authority that its clients have to trust. */
async function spawnSecure(): Promise<Spawned & { authority: string }> {
  const folder = await Deno.makeTempDir();
  const { authority, certificate, privateKey } = await certify();
  await Deno.writeTextFile(`${folder}/cert.pem`, certificate);
  await Deno.writeTextFile(`${folder}/key.pem`, privateKey);
  const runner = await spawnRunner({
    CLOISTER_RUNNER_HOST: "0.0.0.0",
    CLOISTER_RUNNER_WAIT_MS: "60000",
    CLOISTER_RUNNER_TLS_CERT: `${folder}/cert.pem`,
    CLOISTER_RUNNER_TLS_KEY: `${folder}/key.pem`,
  });
  await Deno.remove(folder, { recursive: true });
  return { ...runner, url: runner.url.replace("0.0.0.0", "localhost"), authority };
}

async function outputOf(engine: Engine, job: Job): Promise<string | undefined> {
  for await (const item of engine.run(job, NEVER)) {
    if (item.type === "ending") return item.output;
  }
}

for (const [version, http2] of [["HTTP/2", true], ["HTTP/1.1", false]] as const) {
  Deno.test(`a runner serves TLS itself; over ${version} runs go both ways, and whoever leaves frees its place`, async () => {
    await using runner = await spawnSecure();
    using client = Deno.createHttpClient({ caCerts: [runner.authority], http2, http1: !http2 });
    const fetcher: typeof fetch = (input, init) => fetch(input, { ...init, client });
    const engine = createRemoteEngine({
      url: runner.url,
      authorize,
      fetch: fetcher,
      connectMs: 60_000,
      defaults: DEFAULT_LIMITS,
    });

    const double = (value: unknown) => Promise.resolve(Number(value) * 2);
    const runs = Array.from({ length: 8 }, () => outputOf(engine, jobOf(DOUBLE, { double })));
    assert.deepEqual(new Set(await Promise.all(runs)), new Set(["42"]));

    const places = [await engine.admit(claim(), NEVER), await engine.admit(claim(), NEVER)];
    const stop = new AbortController();
    const waiting = engine.admit(claim(), stop.signal);
    await untilWaiting(runner.url, 1, fetcher);
    stop.abort();
    await assert.rejects(waiting, EngineBusy);
    await untilWaiting(runner.url, 0, fetcher);

    places[0]?.leave();
    for await (const item of places[1]?.run(jobOf(SLEEP), NEVER) ?? []) {
      if (item.type === "log") break;
    }
    for (const place of await Promise.all([1, 2].map(() => engine.admit(claim(), NEVER)))) {
      place.leave();
    }
  });
}

Deno.test("a runner whose certificate nobody vouches for gets no token", async () => {
  await using runner = await spawnSecure();
  const engine = createRemoteEngine({ url: runner.url, authorize, retries: 0 });
  await assert.rejects(engine.admit(claim(), NEVER), EngineUnavailable);
  assert.equal(await runner.stop(), 0);
  const events = runner.lines.map((line) => JSON.parse(line).event);
  assert.deepEqual(events, ["listening", "draining", "stopped"]);
});
