import type { Job } from "../engine.ts";

/** A tool's answer: a JSON value, or an error message as a JSON string. */
export interface Answer {
  call: number;
  tool: string;
  ok: boolean;
  json: string;
  ms: number;
}

const MAX_MESSAGE = 300;

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
      (error: unknown) => reply(false, JSON.stringify(messageOf(error))),
    );
  }

  close(): void {
    this.#closing.abort();
  }

  async #perform(name: string, args: string): Promise<string> {
    await null; // leave the guest's stack: a tool runs on the host's time
    this.#closing.signal.throwIfAborted();
    const { tools, limits } = this.job;
    const tool = Object.hasOwn(tools, name) ? tools[name] : undefined;
    if (!tool) throw new Error("no such tool");
    if (byteLength(args) > limits.toolBytes) throw new Error("the arguments are too large");
    const value = await tool(JSON.parse(args), this.#closing.signal);
    const json = JSON.stringify(value ?? null) ?? "null";
    if (byteLength(json) > limits.toolBytes) throw new Error("the tool's result is too large");
    return json;
  }
}

/** The length of a text in UTF-8. */
export function byteLength(text: string): number {
  return encoder.encode(text).length;
}

const encoder = new TextEncoder();

function messageOf(error: unknown): string {
  return (error instanceof Error ? error.message : "the tool failed").slice(0, MAX_MESSAGE);
}
