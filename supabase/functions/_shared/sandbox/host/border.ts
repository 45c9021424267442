import { isShallow, MAX_JSON_DEPTH } from "../depth.ts";
import type { Event } from "../engine.ts";
import { byteLength, type Calls } from "./calls.ts";
import { type RawFailure, stopOf } from "./failure.ts";
import type { Spending } from "./spending.ts";
import { Finished, Stop, stopFor } from "./stop.ts";

const EXCEEDED = { output: "output_limit", log: "log_limit", tool: "tool_limit" } as const;

/** The guest's world cuts names at this length. */
const MAX_TOOL_NAME = 200;

/** What a guest may have gone beyond by its own account. */
export type Exceeded = keyof typeof EXCEEDED;

/**
 * What a guest's words cause on the host's side: events, tool calls, the end. Each is counted
 * before anybody hears of it; the end, whatever it is, is thrown.
 */
export class Border {
  constructor(
    readonly spending: Spending,
    readonly calls: Calls,
    readonly emit: (event: Event) => void,
  ) {}

  /** `message` is a JSON string, `fields` JSON text or empty. */
  log(level: (Event & { type: "log" })["level"], message: string, fields: string): void {
    const text: unknown = JSON.parse(message);
    if (typeof text !== "string") throw new SyntaxError("a message is a text");
    this.spending.add("logBytes", byteLength(text) + byteLength(fields));
    const more = fields === "" ? {} : { fields: checkJson(fields) };
    this.tell({ type: "log", level, message: text, ...more });
  }

  output(value: string): void {
    this.tell({ type: "output", value: this.#count(value) });
  }

  /** Nothing of the guest counts after its result: no loop that it left behind, no late call. */
  done(value: string): never {
    throw new Finished(this.#count(value));
  }

  call(call: number, tool: string, args: string): void {
    const name: unknown = JSON.parse(tool);
    if (typeof name !== "string" || name.length > MAX_TOOL_NAME) {
      throw new SyntaxError("a tool's name is a short text");
    }
    checkJson(args);
    this.spending.add("toolCalls", 1);
    const { limits } = this.spending;
    if (this.calls.underWay >= limits.toolConcurrency) throw stopFor("tool_limit", limits);
    this.tell({ type: "tool.call", call, tool: name });
    this.calls.start(call, name, args);
  }

  fail(raw: RawFailure): never {
    throw stopOf(raw, this.spending.limits);
  }

  breach(message: string): never {
    throw new Stop({ kind: "contract", name: "ContractError", message });
  }

  exceed(what: Exceeded): never {
    throw stopFor(EXCEEDED[what], this.spending.limits);
  }

  /** Counts an event and passes it on. */
  tell(event: Event): void {
    this.spending.add("events", 1);
    this.emit(event);
  }

  #count(value: string): string {
    this.spending.add("outputBytes", byteLength(value));
    return checkJson(value);
  }
}

/** Throws unless a text is JSON that is not nested beyond reason. */
function checkJson(text: string): string {
  JSON.parse(text);
  if (isShallow(text)) return text;
  const message = `JSON must not be nested deeper than ${MAX_JSON_DEPTH} levels.`;
  throw new Stop({ kind: "contract", name: "ContractError", message });
}
