/** workerd's worker loader through miniflare: a new isolate for each run, in one process for all. */
import { Miniflare, Response } from "miniflare";
import { Ledger } from "../adapters/ledger.ts";
import { WORLD } from "../adapters/world.js";

const GUEST = `
import * as program from "program.js";
import { env } from "cloudflare:workers";
export default {
  async fetch(request) {
    const logs = [];
    let end;
    const ended = new Promise((resolve) => end = resolve);
    const say = (said) => {
      if (said.log !== undefined) return logs.push(said.log);
      if (said.call === undefined) return end(said);
      const body = said.args;
      env.HOST.fetch("http://host/" + env.RUN + "/" + encodeURIComponent(said.tool), { method: "POST", body })
        .then(async (reply) => answer(said.call, reply.ok, await reply.text()));
    };
    const { answer, console, serve } = (${WORLD})(say);
    globalThis.console = console;
    serve(program.default, await request.json());
    return Response.json({ logs, ...await ended });
  },
};
`;

const HOST = `
export default {
  async fetch(request, env) {
    const { run, program, guest, input } = await request.json();
    const worker = env.LOADER.get(run, () => ({
      compatibilityDate: "2026-07-01",
      mainModule: "main.js",
      modules: { "main.js": guest, "program.js": program },
      env: { HOST: env.HOST, RUN: run },
      globalOutbound: null,
    }));
    const given = { method: "POST", body: input };
    return await worker.getEntrypoint().fetch(new Request("http://run/", given));
  },
};
`;

const ledgers = new Map();
let miniflare;

async function serveTool(request) {
  const [, run, tool] = new URL(request.url).pathname.split("/");
  try {
    const ledger = ledgers.get(run);
    return new Response(await ledger.use(decodeURIComponent(tool), await request.text()));
  } catch (error) {
    return new Response(String(error.message), { status: 422 });
  }
}

/** @type {import("../adapter.ts").Sandbox} */
export const sandbox = {
  async start() {
    miniflare = new Miniflare({
      modules: true,
      script: HOST,
      compatibilityDate: "2026-07-01",
      workerLoaders: { LOADER: {} },
      serviceBindings: { HOST: serveTool },
    });
    await miniflare.ready;
  },
  stop: () => miniflare.dispose(),
  async run(job) {
    const run = crypto.randomUUID();
    const ledger = new Ledger(job, () => {});
    ledgers.set(run, ledger);
    const stop = new AbortController();
    const { program, input } = job;
    const body = JSON.stringify({ run, program, guest: GUEST, input });
    const options = { method: "POST", body, signal: stop.signal };
    miniflare.dispatchFetch("http://run/", options).then(async (response) => {
      if (!response.ok) return ledger.fail((await response.text()).slice(0, 500));
      const { logs, ...said } = await response.json();
      for (const log of logs) ledger.hear({ log });
      ledger.hear(said);
    }).catch((error) => ledger.fail(error));
    try {
      return await ledger.ended;
    } finally {
      ledgers.delete(run);
      stop.abort();
    }
  },
};
