import assert from "@std/assert";
import { exportJWK, generateKeyPair } from "jose";
import * as z from "zod";
import { createApp } from "../../supabase/functions/_shared/app.ts";
import { createHost } from "../../supabase/functions/_shared/engine.ts";
import { readEnv } from "../../supabase/functions/_shared/env.ts";
import { createPlatform } from "../../supabase/functions/_shared/platform.ts";
import { createRunTokens } from "../../supabase/functions/_shared/run_token.ts";
import { quickJs } from "../../supabase/functions/_shared/sandbox/quickjs/engine.ts";
import { createRemoteEngine } from "../../supabase/functions/_shared/sandbox/remote/engine.ts";
import { createRuns } from "../../supabase/functions/execute/runs/routes.ts";
import { defineTool } from "../../supabase/functions/tools/calls/tool.ts";
import { createTools } from "../../supabase/functions/tools/routes.ts";
import { type SeenSpan, startCollector, textOf } from "../fakes/collector.ts";
import { AUDIENCE } from "../runner/keys.ts";
import { serve } from "../runner/serve.ts";
import { becomeQuiet } from "../background.ts";
import { ADDRESS_HEADER, person, testStack } from "../stack.ts";

const TRACE = "0af7651916cd43dd8448eb211c80319c";
const PARENT = `00-${TRACE}-b7ad6b7169203331-01`;
const SECRET = `canary-${crypto.randomUUID()}`;

/** A tool that takes and gives what must be seen nowhere. */
const echo = defineTool({
  name: "files.read",
  grant: "files",
  args: z.strictObject({ path: z.string() }),
  plan: ({ path }) => ({ target: path, check() {}, amounts: () => [] }),
  perform: ({ path }) => Promise.resolve({ value: { path } }),
});

const SOURCE = `export default async (input, agent) => {
  agent.log(input.secret);
  await agent.call(input.secret, {}).catch(() => {});
  return await agent.call("files.read", { path: input.secret });
};`;

/** An execute function, its tools and perhaps a runner, that all tell one collector. */
async function rig(temper: Parameters<typeof startCollector>[0], engine: "here" | "remote") {
  const collector = startCollector(temper);
  const otlp = { OTEL_EXPORTER_OTLP_ENDPOINT: collector.url, OTEL_EXPORTER_OTLP_TIMEOUT: "200" };
  const vars: Record<string, string> = { ...testStack().env, ...otlp };
  const toolsPlatform = createPlatform("tools", readEnv(vars));
  const tools = createApp("tools", toolsPlatform, createTools([echo]));
  const server = Deno.serve({ port: 0, hostname: "127.0.0.1", onListen() {} }, tools.fetch);
  vars.CLOISTER_TOOLS_URL = `http://127.0.0.1:${server.addr.port}/tools`;
  const { privateKey, publicKey } = await generateKeyPair("EdDSA", { extractable: true });
  const names = { alg: "EdDSA", kid: "k" };
  const keys = JSON.stringify({ keys: [{ ...await exportJWK(publicKey), ...names }] });
  const runner = await serve(quickJs, { ...otlp, CLOISTER_RUN_KEYS: keys });
  const platform = createPlatform("execute", readEnv(vars));
  const { x, d } = z.looseObject({ x: z.string(), d: z.string() })
    .parse(await exportJWK(privateKey));
  const authorize = createRunTokens({
    key: { kty: "OKP", crv: "Ed25519", alg: "EdDSA", kid: "k", x, d },
    audience: AUDIENCE,
  });
  const { defaults, ceiling } = quickJs;
  const remote = () => createRemoteEngine({ url: runner.url, authorize, defaults, ceiling });
  const host = createHost(() =>
    Promise.resolve({ engine: engine === "here" ? quickJs : remote() })
  );
  const owner = await person("traced");
  const made = await owner.call("POST", "/agents", {
    body: { name: "traced", source: SOURCE, policy: { files: {} } },
  });
  assert.equal(made.status, 201, await made.text());
  const app = createApp("execute", platform, createRuns(host, { onlyOwner: owner.id }));
  return {
    collector,
    execute: async (headers: Record<string, string>) => {
      const response = await app.request("/execute/agents/traced", {
        method: "POST",
        headers: {
          authorization: `Bearer ${owner.token}`,
          [ADDRESS_HEADER]: owner.address,
          "content-type": "application/json",
          ...headers,
        },
        body: JSON.stringify({ input: { secret: SECRET } }),
      });
      const run = await response.json();
      assert.ok(response.ok, JSON.stringify(run));
      return run;
    },
    owner,
    /** Everything that has ended is told. */
    async told() {
      await Promise.all([platform.metrics.flush(), toolsPlatform.metrics.flush()]);
      await becomeQuiet();
      await Promise.all([platform.tracer.flush(), toolsPlatform.tracer.flush(), runner.drain()]);
    },
    async [Symbol.asyncDispose]() {
      await runner.drain();
      collector.become("takes");
      await Promise.all([platform.metrics.flush(), toolsPlatform.metrics.flush()]);
      await becomeQuiet();
      await server.shutdown();
      await collector[Symbol.asyncDispose]();
    },
  };
}

/** The names from a span up to where its trace began here. */
function path(span: SeenSpan | undefined, spans: readonly SeenSpan[]): string[] {
  if (span === undefined) return [];
  const parent = spans.find(({ spanId }) => spanId === span.parentSpanId);
  return [...path(parent, spans), `${span.part}: ${span.name}`];
}

for (const engine of ["here", "remote"] as const) {
  Deno.test(`one request is one trace: request, run, tool calls${engine === "remote" ? ", runner" : ""}`, async () => {
    await using traced = await rig("takes", engine);
    const run = await traced.execute({ traceparent: PARENT });
    assert.equal(run.status, "succeeded", JSON.stringify(run));
    await traced.told();
    const { spans, faults, texts } = traced.collector;
    assert.deepEqual(faults, []);
    assert.ok(spans.every(({ traceId }) => traceId === TRACE));
    const REQUEST = "execute: POST /execute/agents/:name";
    const CALL = "tools: POST /tools/calls";
    const paths = spans.map((span) => path(span, spans).join(" → ")).sort();
    assert.deepEqual(
      paths,
      [
        REQUEST,
        `${REQUEST} → execute: run`,
        `${REQUEST} → execute: run → ${CALL}`,
        `${REQUEST} → execute: run → ${CALL}`,
        `${REQUEST} → execute: run → ${CALL} → tools: tool call files.read`,
        `${REQUEST} → execute: run → ${CALL} → tools: tool call unknown`,
        ...(engine === "remote" ? [`${REQUEST} → execute: run → runner: visit`] : []),
      ].sort(),
    );
    const request = spans.find(({ name }) => name.startsWith("POST /execute"));
    assert.equal(request?.parentSpanId, "b7ad6b7169203331");
    const ofRun = spans.find(({ name }) => name === "run");
    assert.equal(textOf(ofRun?.attributes ?? [], "cloister.run.id"), run.id);
    assert.equal(textOf(ofRun?.attributes ?? [], "cloister.run.status"), "succeeded");
    // Nothing of the input, the output, the arguments or whoever asks.
    const all = texts.join();
    for (const secret of [SECRET, traced.owner.token, traced.owner.id, "traced", "ct_"]) {
      assert.ok(!all.includes(secret), secret);
    }
  });
}

Deno.test("a malformed traceparent is ignored: the trace begins here", async () => {
  await using traced = await rig("takes", "here");
  await traced.execute({ traceparent: `00-${TRACE}-xyz-01` });
  await traced.told();
  const { spans } = traced.collector;
  assert.equal(new Set(spans.map(({ traceId }) => traceId)).size, 1);
  assert.notEqual(spans[0]?.traceId, TRACE);
  assert.equal(spans.filter(({ parentSpanId }) => parentSpanId === undefined).length, 1);
});

Deno.test("a queued run goes on with the trace of the request that was answered long ago", async () => {
  await using traced = await rig("takes", "here");
  const accepted = await traced.execute({ traceparent: PARENT, prefer: "respond-async" });
  assert.equal(accepted.status, "queued");
  await traced.told();
  const { spans } = traced.collector;
  const run = spans.find(({ name }) => name === "run");
  assert.equal(run?.kind, 5);
  assert.deepEqual(path(run, spans), ["execute: POST /execute/agents/:name", "execute: run"]);
  assert.equal(run?.traceId, TRACE);
});

for (const temper of ["is down", "is silent", "refuses"] as const) {
  Deno.test(`a collector that ${temper} changes nothing for callers`, async () => {
    await using traced = await rig(temper, "here");
    const run = await traced.execute({ traceparent: PARENT });
    assert.equal(run.status, "succeeded");
  });
}
