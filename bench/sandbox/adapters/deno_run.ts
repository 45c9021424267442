/** `deno run` with no permission, a new process for each program. */
import type { Sandbox } from "../adapter.ts";
import { runSubprocess } from "./subprocess.ts";
import { WORLD } from "./world.js";

const MAIN = `
import * as program from "./program.js";
const encoder = new TextEncoder();
const say = (said) => {
  const bytes = encoder.encode(JSON.stringify(said) + "\\n");
  for (let at = 0; at < bytes.length;) at += Deno.stdout.writeSync(bytes.subarray(at));
};
const { answer, console, serve } = (${WORLD})(say);
globalThis.console = console;
let started = false;
let rest = "";
for await (const chunk of Deno.stdin.readable.pipeThrough(new TextDecoderStream())) {
  const lines = (rest + chunk).split("\\n");
  rest = lines.pop();
  for (const line of lines) {
    const words = JSON.parse(line);
    if (started) answer(...words);
    else serve(program.default, JSON.parse(words));
    started = true;
  }
}
`;

const FLAGS = ["--no-prompt", "--no-config", "--no-lock", "--no-remote", "--no-npm", "--no-check"];

export const sandbox: Sandbox = {
  start: () => Promise.resolve(),
  stop: () => Promise.resolve(),
  run: (job) =>
    runSubprocess(job, {
      files: { "program.js": job.program, "main.js": MAIN },
      command: Deno.execPath(),
      args: ["run", "--quiet", ...FLAGS, "main.js"],
    }),
};
