import { isShallow } from "../depth.ts";
import { ANY_TOOL, type Job, type Tool, ToolFailure } from "../engine.ts";

/** A tool's answer as JSON: its value, or `{ code, message }` of its failure. */
export interface Answer {
  call: number;
  tool: string;
  ok: boolean;
  json: string;
  ms: number;
}

const MAX_CODE = 64;
const MAX_MESSAGE = 300;
/** The code of a tool that failed without one of its own. */
const FAILED = "tool_failed";

/** The host's side of a guest's tool calls. Nothing is answered any more once it is closed. */
export class Calls {
  readonly #closing = new AbortController();
  #underWay = 0;

  constructor(readonly job: Job, readonly answer: (answer: Answer) => void) {}

  /** Calls that were started and not answered; once it is closed, those that never will be. */
  get underWay(): number {
    return this.#underWay;
  }

  /** Starts a call. `args` is JSON text from the guest. */
  start(call: number, tool: string, args: string): void {
    this.#underWay++;
    const started = performance.now();
    const reply = (ok: boolean, json: string) => {
      if (this.#closing.signal.aborted) return;
      this.#underWay--;
      this.answer({ call, tool, ok, json, ms: Math.round(performance.now() - started) });
    };
    this.#perform(tool, args).then(
      (json) => reply(true, json),
      (error: unknown) => reply(false, failureJson(error)),
    );
  }

  close(): void {
    this.#closing.abort();
  }

  async #perform(name: string, args: string): Promise<string> {
    await null; // leave the guest's stack: a tool runs on the host's time
    this.#closing.signal.throwIfAborted();
    const { tools, limits } = this.job;
    const tool = findTool(tools, name);
    if (byteLength(args) > limits.toolBytes) {
      throw new ToolFailure("arguments_too_large", "the arguments are too large");
    }
    const value = await tool(JSON.parse(args), this.#closing.signal, name);
    const json = JSON.stringify(value ?? null) ?? "null";
    if (byteLength(json) > limits.toolBytes) {
      throw new ToolFailure("result_too_large", "the tool's result is too large");
    }
    if (isShallow(json)) return json;
    throw new ToolFailure("result_too_large", "the tool's result is nested too deeply");
  }
}

/** The length of a text in UTF-8. */
export function byteLength(text: string): number {
  return encoder.encode(text).length;
}

const encoder = new TextEncoder();

/** Only own properties are tools: nothing that an object inherits. */
function findTool(tools: Job["tools"], name: string): Tool {
  for (const key of [name, ANY_TOOL]) {
    const tool = Object.hasOwn(tools, key) ? tools[key] : undefined;
    if (tool !== undefined) return tool;
  }
  throw new ToolFailure("unknown_tool", "no such tool");
}

function failureJson(error: unknown): string {
  const code = error instanceof ToolFailure ? error.code.slice(0, MAX_CODE) : FAILED;
  const message = error instanceof Error ? error.message : "the tool failed";
  return JSON.stringify({ code, message: message.slice(0, MAX_MESSAGE) });
}
