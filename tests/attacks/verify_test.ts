import assert from "@std/assert";
import { EngineUnavailable } from "../../supabase/functions/_shared/sandbox/engine.ts";
import { quickJs } from "../../supabase/functions/_shared/sandbox/quickjs/engine.ts";
import { type Options, readOptions } from "../../scripts/verify/options.ts";
import { describe, isSound } from "../../scripts/verify/report.ts";
import { verify } from "../../scripts/verify/verify.ts";
import { makeWeak } from "./weak.ts";

const OPTIONS: Options = {
  engines: ["quickjs"],
  wanted: ["quickjs"],
  only: "f",
  quick: true,
  json: false,
  process: {},
  deployment: undefined,
};

const OPEN = {
  layers: ["realm"],
  missing: [],
  [Symbol.asyncDispose]: () => Promise.resolve(),
};

/** Verifies one engine, quietly. */
const verifyOnly = (engine = quickJs, options: Partial<Options> = {}) =>
  verify({ ...OPTIONS, ...options }, {
    open: () => Promise.resolve({ ...OPEN, engine }),
    tell() {},
  });

Deno.test("deno task verify counts what held, by class", async () => {
  const report = await verifyOnly(quickJs, { only: "f0" });
  assert.ok(isSound(report));
  assert.match(describe(report), /files and host facts\s+9\/9[^]*Everything held\./);
});

Deno.test("deno task verify does not pass an engine that lets one program read a file", async () => {
  const weak = makeWeak(
    ({ program }) => {
      if (program.includes("readTextFileSync")) return Deno.readTextFile("../secrets/secret.txt");
    },
    undefined,
    /Deno/,
  );
  const report = await verifyOnly(weak, { only: "f0" });
  assert.ok(!isSound(report));
  assert.match(describe(report), /!! f06_deno_files.*secret\.txt was touched/);
  assert.match(describe(report), /NOT everything held/);
});

Deno.test("deno task verify does not pass without an engine that was asked for", async () => {
  const options = { ...OPTIONS, engines: ["process" as const], wanted: ["process" as const] };
  const open = () => Promise.reject(new EngineUnavailable("no processes"));
  const report = await verify(options, { open, tell() {} });
  assert.ok(!isSound(report));
  assert.match(describe(report), /!! process: not here \(no processes\)/);
  assert.ok(!isSound({ engines: [], control: null, deployment: null }));
});

Deno.test("deno task verify does not pass when the control holds", () => {
  const played = { classes: {}, breaches: [], seconds: 1 };
  const engines = [{ engine: "quickjs" as const, layers: [], missing: [], played }];
  assert.ok(isSound({ engines, control: { played: 3, held: [] }, deployment: null }));
  assert.ok(!isSound({ engines, control: { played: 3, held: ["x"] }, deployment: null }));
  assert.ok(!isSound({ engines, control: { played: 0, held: [] }, deployment: null }));
});

Deno.test("deno task verify asks a deployment, and believes only a complete verification", async () => {
  const answers: [number, unknown][] = [
    [200, { engine: "quickjs", layers: ["realm"], held: 2, breached: 0, skipped: 0, programs: [] }],
    [200, { engine: "quickjs", layers: ["realm"], held: 2, breached: 1, skipped: 0, programs: [] }],
    [200, { engine: "quickjs", layers: ["realm"], held: 2, breached: 0, skipped: 1, programs: [] }],
    [200, { engine: "quickjs\u001b[2J" }],
    [403, { code: "forbidden", title: "Not\u001b[2J allowed" }],
    [502, "no JSON"],
  ];
  const asked: string[] = [];
  const serving = Deno.serve({ port: 0, hostname: "127.0.0.1", onListen() {} }, (request) => {
    asked.push(`${request.method} ${new URL(request.url).pathname}`);
    assert.equal(request.headers.get("authorization"), "Bearer secret-token");
    const [status, body] = answers[asked.length - 1] ?? [500, null];
    return Response.json(body, { status });
  });
  const deployment = { url: `http://127.0.0.1:${serving.addr.port}`, token: "secret-token" };
  const told = [];
  for (const _ of answers) {
    const report = await verifyOnly(quickJs, { only: "f01", deployment });
    told.push(isSound(report));
    for (const bad of ["\u001b", "secret-token"]) assert.ok(!describe(report).includes(bad));
  }
  await serving.shutdown();
  assert.deepEqual(told, [true, false, false, false, false, false]);
  assert.equal(asked[0], "POST /functions/v1/admin/sandbox/verify");
});

Deno.test("deno task verify takes the configured runner, and refuses half of an address", () => {
  assert.deepEqual(readOptions([], {}).engines, ["quickjs", "process"]);
  const { engines, wanted } = readOptions([], { CLOISTER_RUNNER_URL: "https://r.example" });
  assert.deepEqual(engines, ["quickjs", "process", "remote"]);
  assert.deepEqual(wanted, ["quickjs", "remote"]);
  assert.deepEqual(readOptions(["--engine", "process"], {}).wanted, ["process"]);
  assert.throws(() => readOptions(["--url", "https://x.example"], {}), /goes together/);
  assert.throws(() => readOptions(["--engine", "none"], {}));
});
