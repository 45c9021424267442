import { ToolRefusal } from "../policy/refusal.ts";

/** How many connections may be open at once. */
export interface ConnectionLimits {
  all: number;
  perOrigin: number;
}

/** Counts open connections of this process. */
export interface Slots {
  /** Takes one, and returns what gives it back. Throws `ToolRefusal`: `unavailable`. */
  take(origin: string): () => void;
}

/** What one process has open at once: a function's memory and other people's servers bear it. */
export const CONNECTION_LIMITS: ConnectionLimits = { all: 64, perOrigin: 16 };

/** Nobody waits here: a program that wants more at once is told. */
export function createSlots(limits: ConnectionLimits): Slots {
  const open = new Map<string, number>();
  let all = 0;
  return {
    take(origin) {
      const here = open.get(origin) ?? 0;
      if (all >= limits.all || here >= limits.perOrigin) {
        throw new ToolRefusal("unavailable", "Too many connections are open. Try again later.");
      }
      all++;
      open.set(origin, here + 1);
      let taken = true;
      return () => {
        if (!taken) return;
        taken = false;
        all--;
        const left = (open.get(origin) ?? 1) - 1;
        if (left > 0) open.set(origin, left);
        else open.delete(origin);
      };
    },
  };
}
