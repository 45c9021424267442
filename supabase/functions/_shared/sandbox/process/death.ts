import type { Spending } from "../host/spending.ts";
import { Stop, stopFor } from "../host/stop.ts";
import type { Death } from "./child.ts";

/** `main.js` ends with it when its worker has died of an error that nobody caught. */
const WORKER_DIED = 3;
const SIGNALED = 128;
const [SIGKILL, SIGXCPU] = [9, 24];
/** What V8 and the system do to a process that has no memory, or no stack, left. */
const BROKEN: ReadonlySet<number> = new Set([4, 5, 6, 7, 11]);
/** What Deno says when it gives up by itself because the system refuses it memory. */
const NO_MEMORY =
  /out of memory|memory allocation|unable to create worker threads|os error 1[12]\b/i;
const NUMBERS = new Map<string | null, number>([
  ["SIGILL", 4],
  ["SIGTRAP", 5],
  ["SIGABRT", 6],
  ["SIGBUS", 7],
  ["SIGKILL", SIGKILL],
  ["SIGSEGV", 11],
  ["SIGXCPU", SIGXCPU],
]);

/** Why a process has died that nobody killed: what its guest did, as an ending's reason. */
export function explain({ code, signal, stderr }: Death, { limits, cpuLeftMs }: Spending): Stop {
  const number = NUMBERS.get(signal) ?? (code > SIGNALED ? code - SIGNALED : 0);
  if (number === SIGXCPU) return stopFor("cpu_limit", limits);
  if (number === SIGKILL) return stopFor(cpuLeftMs <= 0 ? "cpu_limit" : "memory_limit", limits);
  if (/stack overflow/i.test(stderr)) {
    const message = "The program's calls or data are nested too deeply.";
    return new Stop({ kind: "threw", name: "RangeError", message });
  }
  if (BROKEN.has(number) || NO_MEMORY.test(stderr)) return stopFor("memory_limit", limits);
  if (code === WORKER_DIED) {
    const message = "The program threw where nothing could catch it.";
    return new Stop({ kind: "threw", name: "Error", message });
  }
  return stopFor("internal", limits);
}
