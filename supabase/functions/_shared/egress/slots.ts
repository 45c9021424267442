import { ToolRefusal } from "../policy/refusal.ts";

/** How many connections may be open at once. Of both, one tenant has at most a quarter. */
export interface ConnectionLimits {
  all: number;
  perOrigin: number;
}

/** Counts open connections of this process. */
export interface Slots {
  /** Takes one, and returns what gives it back. Throws `ToolRefusal`: `unavailable`. */
  take(origin: string, tenant?: string): () => void;
}

/** What one process has open at once: a function's memory and other people's servers bear it. */
export const CONNECTION_LIMITS: ConnectionLimits = { all: 64, perOrigin: 16 };

/** Nobody waits here: a program that wants more at once is told. */
export function createSlots({ all, perOrigin }: ConnectionLimits): Slots {
  const open = new Map<string, number>();
  return {
    take(origin, tenant) {
      const counted: [key: string, most: number][] = [["", all], [origin, perOrigin]];
      if (tenant !== undefined) {
        counted.push([`${tenant} `, quarter(all)], [`${tenant} ${origin}`, quarter(perOrigin)]);
      }
      if (counted.some(([key, most]) => (open.get(key) ?? 0) >= most)) {
        throw new ToolRefusal("unavailable", "Too many connections are open. Try again later.");
      }
      const keys = counted.map(([key]) => key);
      for (const key of keys) change(open, key, 1);
      let taken = true;
      return () => {
        if (taken) { for (const key of keys) change(open, key, -1); }
        taken = false;
      };
    },
  };
}

function quarter(most: number): number {
  return Math.max(1, Math.floor(most / 4));
}

function change(open: Map<string, number>, key: string, by: 1 | -1): void {
  const now = (open.get(key) ?? 0) + by;
  if (now > 0) open.set(key, now);
  else open.delete(key);
}
