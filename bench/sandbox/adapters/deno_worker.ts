/** A Deno Worker with no permissions, as it is written at first: the program is its module. */
import type { Sandbox } from "../adapter.ts";
import { Ledger, type Said } from "./ledger.ts";
import { dataUrl, WORLD } from "./world.js";

const bootstrap = (program: string) => `
  import * as program from ${JSON.stringify(dataUrl(program))};
  const { answer, console, serve } = (${WORLD})((said) => postMessage(said));
  globalThis.console = console;
  let serving = false;
  self.onmessage = ({ data }) => {
    if (serving) answer(...data);
    else serve(program.default, JSON.parse(data));
    serving = true;
  };
`;

export const sandbox: Sandbox = {
  start: () => Promise.resolve(),
  stop: () => Promise.resolve(),
  async run(job) {
    const options = { type: "module", deno: { permissions: "none" } } as const;
    const worker = new Worker(dataUrl(bootstrap(job.program)), options);
    worker.postMessage(job.input);
    const ledger = new Ledger(job, (...answer) => worker.postMessage(answer));
    worker.onmessage = ({ data }: MessageEvent<Said>) => ledger.hear(data);
    worker.onerror = (event) => {
      event.preventDefault();
      ledger.fail(event.message);
    };
    try {
      return await ledger.ended;
    } finally {
      worker.terminate();
    }
  },
};
