/** A sandbox in the table. */
export interface Peer {
  name: string;
  ours: boolean;
  runtime: "deno" | "node";
  /** The adapter's file, from this folder. */
  adapter: string;
  /** Told to the adapter in BENCH_VARIANT. */
  variant?: string;
  /** What no run shares with another. */
  fresh: string;
  /** What stands ready before a program comes. */
  warm: string;
  /** Programs that can wait in it at once for the look at its memory. */
  holds: number;
  /** Set where attack programs are not played: the report says why. */
  unscored?: string;
}

/** The engine that ratios are told against. */
export const REFERENCE = "process";

const ours = { ours: true, runtime: "deno" } as const;
const node = { ours: false, runtime: "node", holds: 4 } as const;
const deno = { ours: false, runtime: "deno", holds: 4 } as const;

/** Every row, ours first. */
export const PEERS: readonly Peer[] = [
  {
    ...ours,
    name: "quickjs",
    adapter: "./adapters/quickjs.ts",
    fresh: "wasm instance, wiped memory",
    warm: "compiled module",
    holds: 2,
  },
  {
    ...ours,
    name: "process",
    adapter: "./adapters/process.ts",
    fresh: "process, worker, realm",
    warm: "a pool of processes",
    holds: 4,
  },
  {
    ...ours,
    name: "process, jit",
    adapter: "./adapters/process.ts",
    variant: "jit",
    fresh: "process, worker, realm",
    warm: "a pool of processes",
    holds: 4,
  },
  {
    ...ours,
    name: "process, fork",
    adapter: "./adapters/process.ts",
    variant: "fork",
    fresh: "process, realm",
    warm: "a zygote, a pool of its copies",
    holds: 4,
  },
  {
    ...ours,
    name: "process, keep-alive",
    adapter: "./adapters/process.ts",
    variant: "keep",
    fresh: "realm; process per owner and version",
    warm: "the process of the run before",
    holds: 4,
    unscored: "not scored",
  },
  {
    ...ours,
    name: "remote",
    adapter: "./adapters/remote.ts",
    fresh: "as `process`, on a runner",
    warm: "the runner's pool",
    holds: 4,
    unscored: "not scored",
  },
  {
    ...node,
    name: "deno-http-worker",
    adapter: "./peers/deno_http_worker.js",
    fresh: "process",
    warm: "nothing",
  },
  {
    ...node,
    name: "isolated-vm",
    adapter: "./peers/isolated_vm.js",
    fresh: "V8 isolate, context",
    warm: "the host's V8",
  },
  {
    ...node,
    name: "quickjs-emscripten",
    adapter: "./peers/quickjs_emscripten.js",
    fresh: "runtime, context (one wasm memory for all)",
    warm: "compiled module",
  },
  {
    ...node,
    name: "run",
    adapter: "./peers/run.js",
    fresh: "context, in a pooled thread",
    warm: "its pool of threads",
  },
  {
    ...node,
    name: "workerd loader",
    adapter: "./peers/workerd.js",
    fresh: "V8 isolate (one process and thread for all)",
    warm: "the workerd process",
  },
  {
    ...deno,
    name: "Deno Worker",
    adapter: "./adapters/deno_worker.ts",
    fresh: "worker thread",
    warm: "nothing",
  },
  {
    ...deno,
    name: "deno run",
    adapter: "./adapters/deno_run.ts",
    fresh: "process",
    warm: "nothing",
  },
  {
    ...deno,
    name: "python3",
    adapter: "./adapters/python.ts",
    fresh: "process",
    warm: "nothing",
    unscored: "not scored",
  },
];
