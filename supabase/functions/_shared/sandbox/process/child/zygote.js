/**
 * A sandbox process from which others are forked. It loads and warms all that they need, holds a
 * realm in which nobody has run yet, and never runs an agent itself. Each child begins as a copy of
 * it, which takes some milliseconds instead of a whole start of Deno, and is used once.
 *
 * A fork has one thread. So nothing here or in a child may wait for Deno's event loop: children
 * read, write and sleep by themselves (`forked.js`), and V8 runs without helpers.
 */
import { Life } from "./forked.js";
import { openLibrary } from "./libc.js";
import { filter, INHERITABLE, isKnownSystem } from "./seccomp.js";

const MADV_DOFORK = 11;
/** Bytes of addresses that a process of x86_64 has, without the last page. */
const ADDRESSES = 2n ** 47n - 4_096n;
const [POLLIN, POLL_BYTES] = [1, 8];
const [WNOHANG, SIGKILL] = [1, 9];
const SYS_PIDFD_OPEN = 434n;
const NOBODY = new Uint8Array(8);
/** What makes V8 compile what every run needs. */
const WARM_UP = {
  type: "job",
  run: 0,
  program: "export default (input) => [input].map((one) => ({ one }))",
  input: "1",
  settings: JSON.stringify({ seed: [1, 2, 3], output: 99, log: 99, tool: 99 }),
  cpuMs: 1_000,
  keep: false,
};

if (!isKnownSystem()) throw new Error("unknown system");
const libc = openLibrary();
const [socket] = Deno.args;
const decoder = new TextDecoder();
const encoder = new TextEncoder();
const chunk = new Uint8Array(65_536);
/** Open handles of children, with what the supervisor calls them. */
const children = new Map();
let text = "";
let life;

filter(libc, INHERITABLE);
setTimeout(serve); // jobs of promises run only below a task of the event loop, which this one is

function serve() {
  for (;;) {
    const orders = waitForOrders();
    if (orders === undefined) libc._exit(0);
    for (const order of orders) {
      if (order.type === "boot") boot(order);
      else if (order.type === "fork") fork(order);
      else kill(order);
    }
  }
}

function boot(world) {
  new Life(world).act(WARM_UP);
  life = new Life(world);
  letInherit();
  say("ready");
}

function fork({ child }) {
  const pid = libc.fork();
  if (pid === 0) {
    life.begin(libc, { socket, child });
    libc._exit(0);
  }
  if (pid < 0) return say("died", child, 1);
  const handle = Number(libc.syscall(SYS_PIDFD_OPEN, BigInt(pid), 0n, NOBODY));
  if (handle >= 0) return void children.set(handle, { child, pid });
  // whose death would not be noticed must not live
  libc.kill(pid, SIGKILL);
  libc.waitpid(pid, new Int32Array(1), 0);
  say("died", child, SIGKILL);
}

/** Until it is buried, nobody else gets its number. */
function kill({ child }) {
  for (const { child: other, pid } of children.values()) {
    if (other === child) libc.kill(pid, SIGKILL);
  }
}

/**
 * Takes back V8's wish of the time before the filter, for all memory at once. Some pages of the
 * kernel's own refuse, and there are gaps: what counts is whether a child can live.
 */
function letInherit() {
  libc.madvise(0n, ADDRESSES, MADV_DOFORK);
}

/** Lines of the supervisor; undefined when it is gone. Meanwhile it is told of deaths. */
function waitForOrders() {
  for (;;) {
    const handles = [0, ...children.keys()];
    const set = new DataView(new ArrayBuffer(handles.length * POLL_BYTES));
    handles.forEach((handle, index) => {
      set.setInt32(index * POLL_BYTES, handle, true);
      set.setInt16(index * POLL_BYTES + 4, POLLIN, true);
    });
    libc.poll(new Uint8Array(set.buffer), BigInt(handles.length), -1);
    handles.forEach((handle, index) => {
      if (index > 0 && set.getInt16(index * POLL_BYTES + 6, true) !== 0) bury(handle);
    });
    if (set.getInt16(6, true) !== 0) return readOrders();
  }
}

function bury(handle) {
  const { child, pid } = children.get(handle);
  const status = new Int32Array(1);
  libc.waitpid(pid, status, WNOHANG);
  libc.close(handle);
  children.delete(handle);
  say("died", child, status[0]);
}

function readOrders() {
  const count = Deno.stdin.readSync(chunk);
  if (count === null) return undefined;
  text += decoder.decode(chunk.subarray(0, count), { stream: true });
  const lines = text.split("\n");
  text = lines.pop();
  return lines.map((line) => JSON.parse(line));
}

function say(...words) {
  Deno.stdout.writeSync(encoder.encode(JSON.stringify(words) + "\n"));
}
