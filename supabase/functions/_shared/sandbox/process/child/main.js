/**
 * The main thread of a sandbox process. It starts the worker that holds the agent's realm and hands
 * it what the supervisor says, one line at a time. It stays awake while the worker is busy, so that
 * the process ends when the supervisor does: then its input ends.
 */
import locate from "./locate.js" with { type: "text" };
import realm from "./realm.js" with { type: "text" };
import wall from "./wall.js" with { type: "text" };
import main from "./worker.js" with { type: "text" };

/** `death.ts` knows this exit code: the worker is dead. */
const WORKER_DIED = 3;

/** A worker may read no file, so its modules are sent as one. */
const source = [wall, locate, realm, main].join("\n")
  .replace(/^import .* from "\.\/.*$/gm, "")
  .replace(/^import vm .*$/gm, "")
  .replace(/^export /gm, "");
const url = URL.createObjectURL(
  new Blob(['import vm from "node:vm";\n', source], { type: "text/javascript" }),
);
const worker = new Worker(url, { type: "module", deno: { permissions: "none" } });
worker.addEventListener("error", (event) => {
  event.preventDefault();
  Deno.exit(WORKER_DIED);
});

const decoder = new TextDecoder();
const chunk = new Uint8Array(65_536);
let line = "";
for (;;) {
  const count = await Deno.stdin.read(chunk);
  if (count === null) Deno.exit(0);
  const [first, ...rest] = decoder.decode(chunk.subarray(0, count), { stream: true }).split("\n");
  line += first;
  for (const next of rest) {
    worker.postMessage(line);
    line = next;
  }
}
