/**
 * What every measured sandbox looks like to the bench. An adapter is one file that exports
 * `sandbox`; it is loaded in a process of its own, by Deno or by Node.js, never by the bench.
 */

/** What a program may spend; an adapter enforces what its sandbox offers. */
export interface Limits {
  wallMs: number;
  cpuMs: number;
  memoryBytes: number;
  events: number;
  logBytes: number;
  outputBytes: number;
  toolCalls: number;
}

/** How a run ended, in the words of Cloister's engines. */
export interface Outcome {
  status:
    | "succeeded"
    | "failed"
    | "timed_out"
    | "out_of_memory"
    | "output_exceeded"
    | "cancelled";
  /** JSON text of the result, there if it succeeded. */
  output?: string;
  /** Log messages that reached the host. */
  logs: number;
  error?: string;
}

/** A function of the host that the program may call by name, with JSON both ways. */
export type Tool = (args: unknown) => Promise<unknown>;

/** One program to run, once. */
export interface Job {
  /** An ES module, or a Python file where the sandbox runs Python. */
  program: string;
  /** JSON text. */
  input: string;
  tools: Readonly<Record<string, Tool>>;
  limits: Limits;
}

/** A measured sandbox. */
export interface Sandbox {
  /** Programs are JavaScript unless this says otherwise. */
  language?: "python";
  start(): Promise<void>;
  /** Resolves with how the run ended; a program's fault is an outcome, never a rejection. */
  run(job: Job): Promise<Outcome>;
  /** Resolves when what is kept warm is warm again; absent where nothing is. */
  refilled?(): Promise<void>;
  /** What should be known of how it runs here, once it has started. */
  about?(): string;
  stop(): Promise<void>;
}
