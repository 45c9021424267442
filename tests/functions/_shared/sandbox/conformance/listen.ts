import {
  ANY_TOOL,
  type Job,
  type Tool,
} from "../../../../../supabase/functions/_shared/sandbox/engine.ts";
import { type Play, resultOf } from "./rig.ts";

/** What an agent is answered that fetches. */
export const RESPONSE = {
  url: "https://a.example/end",
  status: 404,
  redirected: true,
  headers: { "content-type": "text/plain", "x-é": "1" },
  body: '\ufeff[1,"é😀"]',
  encoding: "utf8",
};

/** Tools of every name, and what they heard. */
export interface Listening {
  /** Each name with what it was called with, in order. */
  heard: [string, unknown][];
  tools: Job["tools"];
}

/** Answers whatever is called; what the answer throws is the tool's failure. */
export function listen(answer: (tool: string, args: unknown) => unknown): Listening {
  const heard: [string, unknown][] = [];
  const any: Tool = async (args, _signal, name) => {
    await Promise.resolve();
    heard.push([name, args]);
    return answer(name, args);
  };
  return { heard, tools: { [ANY_TOOL]: any } };
}

/** The result of a program that may compute for longer than most. */
export async function hear(play: Play, program: string, tools: Job["tools"]): Promise<unknown> {
  return resultOf(await play(program, { tools, limits: { cpuMs: 500 } }));
}
