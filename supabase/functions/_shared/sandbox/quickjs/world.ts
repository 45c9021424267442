/** What the host does for a guest when QuickJS asks. */
export interface Hooks {
  /** The fuel is used up: refill it, or throw to end the guest. */
  tick(): void;
  /** The guest called `host` with `count` values. */
  ask(values: number, count: number): void;
  /** May the memory grow to so many bytes? */
  grow(bytes: number): boolean;
}

/** Thrown through a guest whose engine gave up: an assertion, an abort, a call that we never made. */
export class GuestBroken extends Error {
  override readonly name = "GuestBroken";
}

const NOT_SUPPORTED = 52;
const DAY_MS = 86_400_000;

/**
 * Everything that the QuickJS build can reach: a clock in milliseconds, a calendar in UTC, and our
 * {@link Hooks}. No file, no output, no environment, no module loader.
 */
export function makeWorld(memory: WebAssembly.Memory, hooks: Hooks) {
  const give = (at: number, value: number) => new DataView(memory.buffer).setInt32(at, value, true);
  const giveNothing = (count: number, bytes: number) => {
    give(count, 0);
    give(bytes, 0);
    return 0;
  };
  const broken = (what: string) => () => {
    throw new GuestBroken(what);
  };
  const functions = {
    b: broken("an assertion failed"),
    c: () => NOT_SUPPORTED, // fd_write
    d: () => NOT_SUPPORTED, // fd_close
    e: () => 0, // environ_get
    f: giveNothing, // environ_sizes_get
    g: broken("a module name was resolved"),
    h: broken("a module was loaded"),
    i: () => 0, // interrupt handler: fuel does this
    j: broken("a native timer was set"),
    k: (bytes: number) => Number(hooks.grow(bytes >>> 0)),
    l: () => {}, // keepalive
    m: (seconds: bigint, tm: number) => writeCalendar(Number(seconds), tm, give),
    n: (zone: number, daylight: number) => giveNothing(zone, daylight),
    o: () => NOT_SUPPORTED, // fd_seek
    p: () => Date.now(),
    q: hooks.tick,
    r: broken("the process was left"),
    s: (_context: number, _self: number, count: number, values: number) => {
      hooks.ask(values, count);
      return 0;
    },
    t: () => {}, // a host reference was freed
  };
  return { a: { a: memory, ...functions } };
}

/** Fills in a C `struct tm` in UTC. */
function writeCalendar(
  seconds: number,
  tm: number,
  give: (at: number, value: number) => void,
): void {
  const date = new Date(seconds * 1000);
  const newYear = Date.UTC(date.getUTCFullYear(), 0, 1);
  const fields = [
    ((seconds % 60) + 60) % 60,
    date.getUTCMinutes(),
    date.getUTCHours(),
    date.getUTCDate(),
    date.getUTCMonth(),
    date.getUTCFullYear() - 1900,
    date.getUTCDay(),
    Math.floor((date.getTime() - newYear) / DAY_MS),
    0,
    0,
  ];
  fields.forEach((value, index) => give(tm + index * 4, value));
}
