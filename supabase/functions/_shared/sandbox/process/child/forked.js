/**
 * The life of a forked sandbox process: one job, in a realm that was made before. It has a single
 * thread and no event loop of Deno's, so it waits for its supervisor and for its timers in `poll`.
 */
import { cString } from "./libc.js";
import { Realm } from "./realm.js";
import { confine } from "./seccomp.js";

const { core } = Deno[Deno.internal];
const [AF_UNIX, SOCK_STREAM] = [1, 1];
const POLLIN = 1;
const PATH_BYTES = 108;
const [SYS_CLOSE_RANGE, LAST_HANDLE, NO_FLAGS] = [436n, 0xffff_ffffn, null];
const LONGEST_WAIT_MS = 60_000;

const encoder = new TextEncoder();

/** A realm, with the clock and the voice that it needs. */
export class Life {
  #timers = new Map();
  #lastTimer = 0;
  #world;
  #realm;
  #isKept = false;
  #isSilent = true;
  #decoder = new TextDecoder();
  #chunk = new Uint8Array(65_536);
  #text = "";
  #poll = new DataView(new ArrayBuffer(8));
  #outside = {
    write: (line) => this.#write(line),
    rest: () => this.#rest(),
    setTimeout: (ring, ms = 0) => {
      this.#timers.set(++this.#lastTimer, { ring, at: performance.now() + ms });
      return this.#lastTimer;
    },
    clearTimeout: (id) => this.#timers.delete(id),
    /** V8's own watch is a thread, which a fork has not: the supervisor watches alone. */
    watch: () => ({}),
  };

  constructor(world) {
    this.#world = world;
    this.#realm = new Realm(world, this.#outside);
    this.#poll.setInt16(4, POLLIN, true);
  }

  /** Meets the supervisor where it listens, says who this is, and lives until it is killed. */
  begin(libc, { socket, child }) {
    connect(libc, socket);
    confine(libc);
    this.#isSilent = false;
    this.#write(JSON.stringify([child, libc.getpid()]));
    this.#write(`[${this.#world.OP.ready}]`);
    this.#live(libc);
  }

  /** Does one thing, and everything that follows from it by itself. */
  act(message) {
    if (message.type === "job") {
      this.#isKept = message.keep;
      this.#realm.start(message);
    } else {
      this.#realm.answer(message);
    }
    core.runMicrotasks();
  }

  #live(libc) {
    for (;;) {
      const [id, next] = this.#next();
      const ms = next === undefined ? LONGEST_WAIT_MS : Math.ceil(next.at - performance.now());
      libc.poll(new Uint8Array(this.#poll.buffer), 1n, Math.min(Math.max(0, ms), LONGEST_WAIT_MS));
      if (this.#poll.getInt16(6, true) !== 0) {
        if (!this.#read()) return;
      } else if (next !== undefined && next.at <= performance.now()) {
        this.#timers.delete(id);
        next.ring();
        core.runMicrotasks();
      }
    }
  }

  /** False when the supervisor is gone. */
  #read() {
    const count = Deno.stdin.readSync(this.#chunk);
    if (count === null) return false;
    this.#text += this.#decoder.decode(this.#chunk.subarray(0, count), { stream: true });
    const lines = this.#text.split("\n");
    this.#text = lines.pop();
    for (const line of lines) this.act(JSON.parse(line));
    return true;
  }

  #write(line) {
    if (this.#isSilent) return;
    let bytes = encoder.encode(line + "\n");
    while (bytes.length > 0) bytes = bytes.subarray(Deno.stdout.writeSync(bytes));
  }

  /** Puts a run away, for the next one of the same program. */
  #rest() {
    if (!this.#isKept) return;
    this.#realm.close();
    this.#write(`[${this.#world.OP.rested}]`);
    this.#realm = new Realm(this.#world, this.#outside);
  }

  /** The timer that is due first; of two at once the one that was set first. */
  #next() {
    let first = [];
    for (const entry of this.#timers) {
      if (first.length === 0 || entry[1].at < first[1].at) first = entry;
    }
    return first;
  }
}

/** Makes one connection the process's input and output. */
function connect(libc, path) {
  const address = new Uint8Array(2 + PATH_BYTES);
  address[0] = AF_UNIX;
  address.set(cString(path), 2);
  const handle = libc.socket(AF_UNIX, SOCK_STREAM, 0);
  if (handle < 0 || libc.connect(handle, address, address.length) !== 0) libc._exit(1);
  if (libc.dup2(handle, 0) < 0 || libc.dup2(handle, 1) < 0) libc._exit(1);
  // everything else is the zygote's: its own output, and its hold on other children
  if (Number(libc.syscall(SYS_CLOSE_RANGE, 3n, LAST_HANDLE, NO_FLAGS)) !== 0) libc._exit(1);
}
