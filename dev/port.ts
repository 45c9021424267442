import { StackError } from "./error.ts";

/** A port of 127.0.0.1 that nobody listens on at the moment: `wish` if it is one. */
export function freePort(wish = 0): number {
  try {
    using listener = Deno.listen({ hostname: "127.0.0.1", port: wish });
    return listener.addr.port;
  } catch (error) {
    if (wish === 0 || !(error instanceof Deno.errors.AddrInUse)) throw error;
    return freePort();
  }
}

/** The error for a port that was asked for and is taken. */
export function portTaken(port: number, cause: unknown): StackError {
  return new StackError(
    `Port ${port} is busy, perhaps with another stack. Free it, or choose another with --port.`,
    { cause },
  );
}
