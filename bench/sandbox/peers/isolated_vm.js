/** `isolated-vm`: a fresh V8 isolate and context for each run, in threads of the host. */
import ivm from "isolated-vm";
import { Ledger } from "../adapters/ledger.ts";
import { WORLD } from "../adapters/world.js";

const START = `
  const { agent, answer, console, serve } = (${WORLD})((said) => $0.applyIgnored(undefined, [said], { arguments: { copy: true } }));
  globalThis.console = console;
  globalThis.serve = (main, input) => void serve(main, JSON.parse(input));
  return answer;
`;

async function play(isolate, ledger, handle, { program, input, limits }) {
  const timeout = limits.cpuMs;
  const context = await isolate.createContext();
  const hear = new ivm.Reference((said) => ledger.hear(said));
  const options = { timeout, result: { reference: true } };
  handle.answer = await context.evalClosure(START, [hear], options);
  const module = await isolate.compileModule(program);
  await module.instantiate(context, () => {
    throw new Error("there is nothing to import");
  });
  await module.evaluate({ timeout });
  const main = await module.namespace.get("default", { reference: true });
  const serve = await context.global.get("serve", { reference: true });
  await serve.apply(undefined, [main.derefInto(), input], { timeout });
}

/** @type {import("../adapter.ts").Sandbox} */
export const sandbox = {
  start: () => Promise.resolve(),
  stop: () => Promise.resolve(),
  async run(job) {
    const memoryLimit = Math.max(8, Math.ceil(job.limits.memoryBytes / 1024 / 1024));
    const isolate = new ivm.Isolate({ memoryLimit });
    const handle = { answer: undefined };
    const timeout = job.limits.cpuMs;
    const ledger = new Ledger(job, (...answer) => {
      handle.answer.apply(undefined, answer, { timeout }).catch((error) => ledger.fail(error));
    });
    play(isolate, ledger, handle, job).catch((error) => {
      const message = String(error);
      ledger.end({ status: /timed out/.test(message) ? "timed_out" : "failed", error: message });
    });
    try {
      return await ledger.ended;
    } finally {
      if (!isolate.isDisposed) isolate.dispose();
    }
  },
};
