/** `@valtown/deno-http-worker`: a new `deno` process for each run, spoken to over HTTP. */
import { newDenoHTTPWorker } from "@valtown/deno-http-worker";
import { Ledger } from "../adapters/ledger.ts";
import { linesOf } from "../adapters/lines.ts";
import { dataUrl, WORLD } from "../adapters/world.js";

/** The second silences a warning that would count as a log line. */
const FLAGS = ["--no-prompt", "--unstable-no-legacy-abort"];

const script = (program) => `
import * as program from ${JSON.stringify(dataUrl(program))};
const encoder = new TextEncoder();
let out;
const say = (said) => out.enqueue(encoder.encode(JSON.stringify(said) + "\\n"));
const { answer, console, serve } = (${WORLD})(say);
globalThis.console = console;
export default {
  async fetch(request) {
    if (new URL(request.url).pathname === "/answer") {
      answer(...await request.json());
      return new Response(null, { status: 204 });
    }
    const input = await request.json();
    const body = new ReadableStream({ start(controller) { out = controller; } });
    serve(program.default, input).then(() => out.close());
    return new Response(body);
  },
};
`;

function post(worker, path, body, hear) {
  const request = worker.request(`http://run${path}`, { method: "POST" }, hear);
  request.end(body);
  return request;
}

/** @type {import("../adapter.ts").Sandbox} */
export const sandbox = {
  start: () => Promise.resolve(),
  stop: () => Promise.resolve(),
  async run(job) {
    let worker;
    let over = false;
    const fail = (error) => ledger.fail(error);
    const ledger = new Ledger(job, (...answer) => {
      post(worker, "/answer", JSON.stringify(answer), (response) => response.resume())
        .on("error", fail);
    });
    const options = { denoExecutable: process.env.BENCH_DENO, runFlags: FLAGS };
    const spawned = [];
    options.onSpawn = (child) => spawned.push(child);
    newDenoHTTPWorker(script(job.program), options).then((ready) => {
      worker = ready;
      if (over) return worker.terminate();
      worker.addEventListener("exit", () => fail("the process ended"));
      const hear = async (response) => {
        for await (const line of linesOf(response)) ledger.hear(JSON.parse(line));
      };
      post(worker, "/run", job.input, (response) => hear(response).catch(fail)).on("error", fail);
    }).catch(fail);
    try {
      return await ledger.ended;
    } finally {
      over = true;
      worker?.terminate();
      for (const child of spawned) child.kill("SIGKILL");
    }
  },
};
