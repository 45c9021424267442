/**
 * The worker of a sandbox process, without any permission. It keeps a bare realm of V8 ready: no
 * Deno, no timers, no imports, no code from strings. The agent runs in there, and nothing of this
 * file's own realm, no object, function or error, is ever in its reach.
 */
import { Realm } from "./realm.js";

const encoder = new TextEncoder();

/** The first message: the text of the agent's world, and the codes of what can be said. */
let world = { guest: "", OP: {} };
/** The realm of the next run, or of this one. */
let realm;
/** Will there be another run, of the same program for the same tenant? */
let keep = false;

const write = (line) => {
  let bytes = encoder.encode(line + "\n");
  while (bytes.length > 0) bytes = bytes.subarray(Deno.stdout.writeSync(bytes));
};

const outside = {
  write,
  rest() {
    if (!keep) return;
    realm.close();
    write(`[${world.OP.rested}]`);
    prepare();
  },
  setTimeout: (ring, ms) => setTimeout(ring, ms),
  clearTimeout: (timer) => clearTimeout(timer),
  watch: (timeout) => ({ timeout }),
};

/** Makes the realm of the next run. */
const prepare = () => {
  realm = new Realm(world, outside);
};

addEventListener("unhandledrejection", (event) => event.preventDefault());
addEventListener("message", ({ data }) => {
  const message = JSON.parse(data);
  if (message.type === "answer") return realm.answer(message);
  if (message.type === "job") {
    keep = message.keep;
    return realm.start(message);
  }
  world = message;
  prepare();
  write(`[${world.OP.ready}]`);
});
