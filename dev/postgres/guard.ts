import { StackError } from "../error.ts";

/** A child process that does not outlive us: see {@link spawnGuarded}. */
export interface Guarded {
  /** Waits until the child has printed `phrase`; rejects with what it printed when it ends before. */
  saw(phrase: string): Promise<void>;
  /** Settles when the child ends of itself, and never after {@link Guarded.stop}. */
  readonly ended: Promise<void>;
  /** Ends the child as SIGINT would, and waits until it is gone. */
  stop(): Promise<void>;
}

// The child lives as long as our end of a pipe. However we end, SIGKILL included, the kernel closes
// the pipe, `cat` returns and the child gets its SIGINT.
const GUARD = `
exec 3<&0
"$@" 3<&- </dev/null & child=$!
{ cat <&3; kill -INT $child; } >/dev/null 2>&1 & watch=$!
exec 3<&-
wait $child; code=$?
kill $watch 2>/dev/null
exit $code
`;

const KEPT_BYTES = 4096;

/**
 * Starts a program in a session of its own, so that Ctrl-C in a terminal reaches us first, and
 * copies what it prints on stderr to `log`.
 */
export function spawnGuarded(
  command: string[],
  log: string,
  options: Pick<Deno.CommandOptions, "cwd" | "env" | "uid" | "gid">,
): Guarded {
  const child = new Deno.Command("/bin/sh", {
    ...options,
    args: ["-c", GUARD, "guard", ...command],
    clearEnv: true,
    detached: true,
    stdin: "piped",
    stdout: "null",
    stderr: "piped",
  }).spawn();
  const waiting = new Map<string, () => void>();
  let printed = "";
  const copied = copyLines(child.stderr, log, (text) => {
    printed = (printed + text).slice(-KEPT_BYTES);
    for (const [phrase, found] of waiting) if (printed.includes(phrase)) found();
  });
  const ended = Promise.withResolvers<void>();
  let stopping = false;
  child.status.then(() => stopping || ended.resolve());
  return {
    ended: ended.promise,
    async saw(phrase) {
      const found = Promise.withResolvers<void>();
      waiting.set(phrase, found.resolve);
      if (printed.includes(phrase)) found.resolve();
      const failed = child.status.then(() => copied).then(() => {
        throw new StackError(printed.trim());
      });
      await Promise.race([found.promise, failed]).finally(() => waiting.delete(phrase));
    },
    async stop() {
      stopping = true;
      await child.stdin.close().catch(() => {});
      await child.status;
      await copied;
    },
  };
}

async function copyLines(from: ReadableStream<Uint8Array>, path: string, see: (s: string) => void) {
  const options = { write: true, create: true, truncate: true, mode: 0o600 };
  using file = await Deno.open(path, options);
  for await (const bytes of from) {
    await file.write(bytes);
    see(new TextDecoder().decode(bytes));
  }
}
