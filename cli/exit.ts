import { CallerError, CloisterError, ConnectionError, RollbackError } from "../sdk/mod.ts";

/** What the exit code of `cloister` says; docs/cli.md has the same table. */
export const EXIT = {
  ok: 0,
  failed: 1,
  usage: 2,
  denied: 3,
  unreachable: 4,
  stopped: 5,
  bug: 70,
  interrupted: 130,
} as const;

/** One of the documented exit codes. */
export type ExitCode = (typeof EXIT)[keyof typeof EXIT];

/** The caller's mistake, found before anything was sent. The message is for people. */
export class UsageError extends Error {
  override readonly name: string = "UsageError";
}

/** Nobody is signed in to the project that was meant. */
export class NotSignedIn extends Error {
  override readonly name: string = "NotSignedIn";
}

/** The person at the terminal left. */
export class Interrupted extends Error {
  override readonly name: string = "Interrupted";
}

/** How a run's ending is told to a shell: its own failure, or that something ended it. */
export function exitOfRun(status: string): ExitCode {
  if (status === "succeeded") return EXIT.ok;
  return status === "failed" ? EXIT.failed : EXIT.stopped;
}

/** What a disk says to a path that was chosen badly; a full one is another matter. */
const DISK_CODES: readonly unknown[] = [
  "EACCES",
  "EEXIST",
  "EISDIR",
  "ELOOP",
  "ENAMETOOLONG",
  "ENOENT",
  "ENOTDIR",
  "ENOTEMPTY",
  "EPERM",
  "EROFS",
];

/** Whether it is the caller who has to say something else, also where the disk or the SDK says so. */
export function isMistake(error: unknown): boolean {
  if (error instanceof UsageError || error instanceof RollbackError) return true;
  return error instanceof Error && "syscall" in error && "code" in error &&
    DISK_CODES.includes(error.code);
}

/** How a failed command is told to a shell. */
export function exitOfError(error: unknown): ExitCode {
  if (isMistake(error)) return EXIT.usage;
  if (error instanceof NotSignedIn || error instanceof CallerError) return EXIT.denied;
  if (error instanceof Interrupted) return EXIT.interrupted;
  if (error instanceof ConnectionError) return EXIT.unreachable;
  if (!(error instanceof CloisterError)) return EXIT.bug;
  if (error.status === 401 || error.status === 403) return EXIT.denied;
  return error.status === 429 || error.status >= 500 ? EXIT.unreachable : EXIT.usage;
}
