import process from "node:process";
import { listDescendants, listWriters } from "./processes.ts";
import { describeRealm } from "./realm.ts";

/** What was seen of this process, and of those below it, while something went on. */
export interface Sight {
  breaches: string[];
  /** The most that all processes below this one held at once. */
  peakBytes: number;
}

const MAX_LAG_MS = 1_500;
const MAX_RSS_BYTES = 700 * 1024 * 1024;
const BEAT_MS = 20;
/** Looking at processes costs some milliseconds. */
const BEATS_PER_LOOK = 5;

/** Watches this process: its event loop, its memory, what it prints, its built-in objects. */
export class Watch {
  readonly #printed: string[] = [];
  readonly #unhook = hook((line) => this.#printed.push(line));
  readonly #realm = describeRealm();
  readonly #writers = new Set<number>();
  /** Who could write at the look before: between fork and exec every process can, for a moment. */
  #suspects: ReadonlySet<number> = new Set();
  #beats = 0;
  #last = performance.now();
  #lagMs = 0;
  #peakBytes = 0;
  readonly #trusted: ReadonlySet<number>;
  readonly #timer = setInterval(() => this.#beat(), BEAT_MS);

  /** `trusted` may write where this process does. */
  constructor(trusted: readonly number[]) {
    this.#trusted = new Set(trusted);
  }

  /** Stops watching and tells what was seen. */
  close(): Sight {
    clearInterval(this.#timer);
    this.#unhook();
    this.#look();
    const breaches = [
      this.#lagMs > MAX_LAG_MS
        ? [`the event loop stood still for ${Math.round(this.#lagMs)} ms`]
        : [],
      this.#printed.map((line) => `printed ${JSON.stringify(line.slice(0, 60))}`),
      this.#writers.size > 0 ? ["a process below could print into the host's own output"] : [],
      process.memoryUsage().rss > MAX_RSS_BYTES ? ["the host's memory grew"] : [],
      describeRealm() !== this.#realm ? ["the host's built-in objects were changed"] : [],
    ].flat();
    return { breaches, peakBytes: this.#peakBytes };
  }

  #beat(): void {
    const now = performance.now();
    this.#lagMs = Math.max(this.#lagMs, now - this.#last);
    this.#last = now;
    if (this.#beats++ % BEATS_PER_LOOK === 0) this.#look();
  }

  #look(): void {
    const bytes = listDescendants().reduce((sum, { rssBytes }) => sum + rssBytes, 0);
    this.#peakBytes = Math.max(this.#peakBytes, bytes);
    const writers = listWriters().filter((pid) => !this.#trusted.has(pid));
    for (const pid of writers) if (this.#suspects.has(pid)) this.#writers.add(pid);
    this.#suspects = new Set(writers);
  }
}

/** Takes what this process prints by any of its means; the answer lets go of them. */
function hook(note: (line: string) => void): () => void {
  const print = (...values: unknown[]) => note(values.map(String).join(" "));
  const write = (text: string | Uint8Array) => {
    note(typeof text === "string" ? text : new TextDecoder().decode(text));
    return true;
  };
  const undo = [
    replace(console, { log: print, info: print, warn: print, error: print, debug: print }),
    replace(process.stdout, { write }),
    replace(process.stderr, { write }),
    ...[Deno.stdout, Deno.stderr].map((stream) => {
      const count = (bytes: Uint8Array) => (write(bytes), bytes.length);
      return replace(stream, { writeSync: count, write: (bytes) => Promise.resolve(count(bytes)) });
    }),
  ];
  return () => undo.forEach((back) => back());
}

function replace<Owner extends object>(owner: Owner, changes: Partial<Owner>): () => void {
  const before = Object.keys(changes).map((key) =>
    [key, Object.getOwnPropertyDescriptor(owner, key)] as const
  );
  Object.assign(owner, changes);
  return () => {
    for (const [key, property] of before) {
      if (property) Object.defineProperty(owner, key, property);
      else Reflect.deleteProperty(owner, key);
    }
  };
}
