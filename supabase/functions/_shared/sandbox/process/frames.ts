import * as z from "zod";
import { OP } from "../host/operations.ts";
import { LogLevel } from "../schema.ts";

/** Everything that a sandbox process can say: what its guest asks, and how the process is. */
export const SAY = { ...OP, spent: 9, stalled: 10, ready: 11, rested: 12 } as const;

const text = z.string();
const number = z.number().int().min(0).max(Number.MAX_SAFE_INTEGER);

/** A line of a sandbox process, once it was read. Every text in it is still the guest's word. */
export const frameSchema = z.union([
  z.tuple([z.literal(SAY.log), LogLevel, text, text]),
  z.tuple([z.literal(SAY.output), text]),
  z.tuple([z.literal(SAY.call), number, text, text]),
  z.tuple([z.literal(SAY.done), text]),
  z.tuple([z.literal(SAY.fail), text, text, text, text]),
  z.tuple([z.literal(SAY.breach), text]),
  z.tuple([z.literal(SAY.exceed), z.enum(["output", "log", "tool"])]),
  z.tuple([z.literal(SAY.spent)]),
  z.tuple([z.literal(SAY.stalled)]),
  z.tuple([z.literal(SAY.ready)]),
  z.tuple([z.literal(SAY.rested)]),
]);

/** What is said to a sandbox process: the world at first, then a program and answers to its calls. */
export type Order =
  | { type: "boot"; guest: string; OP: typeof SAY }
  | JobOrder
  | { type: "answer"; run: number; call: number; ok: boolean; json: string }
  | { type: "fork" | "kill"; child: string };

/** A program to run. `run` is its number on this process; answers bear the number of their run. */
interface JobOrder {
  type: "job";
  run: number;
  program: string;
  input: string;
  settings: string;
  cpuMs: number;
  keep: boolean;
}
