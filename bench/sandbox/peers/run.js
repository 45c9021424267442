/** `run` (vercel-labs/run): QuickJS in worker threads, a fresh context for each run. */
import { createRunner, setMaxWorkers } from "run";
import { Ledger } from "../adapters/ledger.ts";

const runner = createRunner();
const MODULE = /^\s*(?:import|export)\b/m;

/** A program as this package's users write it: a function's body, modules only where it has them. */
function sourceOf(program) {
  const body = program.replace(/^export default /m, "const main = ");
  if (!MODULE.test(body)) return { source: body };
  return {
    source: `const { default: main } = await import("program");`,
    moduleLoader: {
      identity: "bench",
      normalize: (name) => name,
      load(name) {
        if (name === "program") return program;
        throw new Error("there is nothing to import");
      },
    },
  };
}

/** What the program finds: its console is not the host's. */
const BEFORE = `
  const lines = [];
  const show = (value) => {
    if (typeof value === "string") return value;
    try {
      return JSON.stringify(value) ?? String(value);
    } catch {
      return String(value);
    }
  };
  const log = (...values) => void lines.push(values.map(show).join(" "));
  const console = { log, debug: log, info: log, warn: log, error: log };
  const call = async (tool, args) => {
    const [ok, value] = await tools.call(String(tool), JSON.stringify(args ?? null));
    if (ok) return JSON.parse(value);
    throw Object.assign(new Error(value), { name: "ToolError" });
  };
  const agent = Object.freeze({ log, output: log, call: Object.freeze(call) });
`;

const AFTER = `
  const result = await main(JSON.parse(await tools.input()), agent);
  await tools.logs(lines);
  return JSON.stringify(result) ?? "null";
`;

/** @type {import("../adapter.ts").Sandbox} */
export const sandbox = {
  start() {
    setMaxWorkers(8);
    return Promise.resolve();
  },
  stop: () => Promise.resolve(),
  async run(job) {
    const { limits } = job;
    const ledger = new Ledger(job, () => {});
    const { source, ...rest } = sourceOf(job.program);
    const tools = {
      input: () => job.input,
      logs: (lines) => lines.forEach((log) => ledger.hear({ log: String(log) })),
      call: (tool, args) =>
        ledger.use(String(tool), String(args)).then(
          (text) => [true, text],
          (error) => [false, String(error.message)],
        ),
    };
    const running = runner.run({
      source: `${BEFORE}\n${source}\n{${AFTER}}`,
      sourceType: "function-body",
      ...rest,
      hostFunctions: { tools },
      limits: {
        timeoutMs: limits.wallMs,
        memoryLimitBytes: limits.memoryBytes,
        maxResultBytes: limits.outputBytes,
        maxConsoleOutputBytes: limits.logBytes,
        maxBridgeRequests: limits.toolCalls + 2,
      },
    });
    running.then(
      (result) => ledger.hear({ done: String(result.value) }),
      (error) => {
        const status = error.name === "RunTimeoutError" ? "timed_out" : "failed";
        ledger.end({ status, error: String(error) });
      },
    );
    return await ledger.ended;
  },
};
