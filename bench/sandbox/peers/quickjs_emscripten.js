/**
 * `quickjs-emscripten` as its README shows it: one WebAssembly module for all, a fresh runtime and
 * context for each run, its interrupt handler as the clock and its memory limit as the meter.
 */
import { getQuickJS } from "quickjs-emscripten";
import { Ledger } from "../adapters/ledger.ts";
import { WORLD } from "../adapters/world.js";

let quickJs;

const START = `{
  const { answer, console, serve } = (${WORLD})((said) => say(JSON.stringify(said)));
  globalThis.console = console;
  globalThis.answer = answer;
  globalThis.serve = (main, input) => void serve(main, JSON.parse(input));
}`;

/** Gives a value away and throws what the guest threw. */
function free(context, result) {
  if (result.error) {
    try {
      const { name, message } = context.dump(result.error) ?? {};
      throw new Error(`${name}: ${message}`);
    } finally {
      result.error.dispose();
    }
  }
  result.value.dispose();
}

function play(runtime, context, ledger, job) {
  const say = context.newFunction(
    "say",
    (text) => ledger.hear(JSON.parse(context.getString(text))),
  );
  context.setProp(context.global, "say", say);
  say.dispose();
  const input = context.newString(job.input);
  context.setProp(context.global, "given", input);
  input.dispose();
  free(context, context.evalCode(START, "world.js"));
  free(context, context.evalCode(job.program, "program.js", { type: "module" }));
  runtime.setModuleLoader((name) => {
    if (name === "program.js") return job.program;
    throw new Error("there is nothing to import");
  });
  const main = `import * as program from "program.js"; serve(program.default, given);`;
  free(context, context.evalCode(main, "main.js", { type: "module" }));
  settle(runtime, context);
}

function settle(runtime, context) {
  const result = runtime.executePendingJobs();
  if (result.error) free(context, result);
}

/** @type {import("../adapter.ts").Sandbox} */
export const sandbox = {
  async start() {
    quickJs = await getQuickJS();
  },
  stop: () => Promise.resolve(),
  async run(job) {
    const runtime = quickJs.newRuntime();
    runtime.setMemoryLimit(job.limits.memoryBytes);
    runtime.setMaxStackSize(256 * 1024);
    const deadline = Date.now() + job.limits.cpuMs;
    let late = false;
    runtime.setInterruptHandler(() => late ||= Date.now() > deadline);
    const context = runtime.newContext();
    const fail = (error) =>
      ledger.end({ status: late ? "timed_out" : "failed", error: String(error) });
    const ledger = new Ledger(job, (...answer) => {
      if (!context.alive) return;
      try {
        const text = answer.map((part) => JSON.stringify(part)).join();
        free(context, context.evalCode(`answer(${text})`, "answer.js"));
        settle(runtime, context);
      } catch (error) {
        fail(error);
      }
    });
    try {
      play(runtime, context, ledger, job);
    } catch (error) {
      fail(error);
    }
    try {
      return await ledger.ended;
    } finally {
      context.dispose();
      runtime.dispose();
    }
  },
};
