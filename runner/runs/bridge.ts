import type * as z from "zod";
import { isShallow } from "../../supabase/functions/_shared/sandbox/depth.ts";
import {
  type Job,
  type Tool,
  ToolFailure,
} from "../../supabase/functions/_shared/sandbox/engine.ts";
import { Breach } from "../../supabase/functions/_shared/sandbox/remote/lines.ts";
import {
  type AnswerLine,
  type RunnerLine,
  ToolFailureJson,
} from "../../supabase/functions/_shared/sandbox/remote/wire.ts";

interface Asked {
  resolve(value: unknown): void;
  reject(error: Error): void;
}

/** The tools of a run, which live at the client: each call is a question to it. */
export class Bridge {
  readonly #open = new Map<number, Asked>();
  #asked = 0;
  #gone = false;

  constructor(readonly ask: (line: RunnerLine) => void) {}

  /** Tools under the given names, odd ones too: the engine looks only at own properties. */
  tools(names: readonly string[]): Job["tools"] {
    return Object.fromEntries(names.map((name) => [name, this.#tool]));
  }

  /** Settles the call that is answered. Throws {@link Breach} when nobody asked. */
  answer({ call, ok, json }: z.infer<typeof AnswerLine>): void {
    const asked = this.#open.get(call);
    if (asked === undefined) throw new Breach("an answer to nothing");
    this.#open.delete(call);
    if (!isShallow(json)) return asked.reject(tooDeep());
    const value = parse(json);
    if (ok) return asked.resolve(value);
    const failure = ToolFailureJson.safeParse(value);
    if (!failure.success) throw new Breach("a failure without code and message");
    asked.reject(new ToolFailure(failure.data.code, failure.data.message));
  }

  /** Nobody answers any more: calls fail, those under way and all further ones. */
  hangUp(): void {
    this.#gone = true;
    for (const { reject } of this.#open.values()) reject(gone());
    this.#open.clear();
  }

  /** The client is asked for what the program called, whichever of its tools is meant by that. */
  readonly #tool: Tool = (args, _signal, tool) => {
    if (this.#gone) throw gone();
    const call = ++this.#asked;
    return new Promise((resolve, reject) => {
      this.#open.set(call, { resolve, reject });
      this.ask({ type: "ask", call, tool, args: JSON.stringify(args) });
    });
  };
}

function gone(): ToolFailure {
  return new ToolFailure("unavailable", "nobody is there who could answer");
}

function tooDeep(): ToolFailure {
  return new ToolFailure("result_too_large", "the tool's result is nested too deeply");
}

function parse(json: string): unknown {
  try {
    return JSON.parse(json);
  } catch {
    throw new Breach("an answer that is not JSON");
  }
}
