import assert from "@std/assert";
import {
  type Ending,
  type Engine,
  type Event,
  type Job,
  type Limits,
} from "../../../../../supabase/functions/_shared/sandbox/engine.ts";

/** What a test wants to differ from an ordinary job. */
export interface Wish {
  input?: unknown;
  tools?: Job["tools"];
  limits?: Partial<Limits>;
  signal?: AbortSignal;
}

/** A run that has ended. */
export interface Played {
  events: Event[];
  ending: Ending;
}

/** A test of what every engine promises. */
export type Promised = (name: string, test: (play: Play) => Promise<void>) => void;

/** Plays a program on the engine under test. */
export interface Play {
  (program: string, wish?: Wish): Promise<Played>;
  engine: Engine;
  job(program: string, wish?: Wish): Job;
}

/** Makes the {@link Play} of an engine. It checks what holds for every run: one ending, the last. */
export function makePlay(engine: Engine): Play {
  const job = (program: string, { input = null, tools = {}, limits = {} }: Wish = {}): Job => ({
    program,
    input: JSON.stringify(input),
    tools,
    limits: { ...engine.defaults, ...limits },
  });
  const play = async (program: string, wish: Wish = {}): Promise<Played> => {
    const seen: (Event | Ending)[] = [];
    const signal = wish.signal ?? new AbortController().signal;
    for await (const event of engine.run(job(program, wish), signal)) seen.push(event);
    const ending = seen.pop();
    const events = seen.filter((event) => event.type !== "ending");
    assert.equal(events.length, seen.length, "an ending stands only at the end");
    assert.ok(ending?.type === "ending");
    return { events, ending };
  };
  return Object.assign(play, { engine, job });
}

/** The result of a run that succeeded. */
export function resultOf({ ending }: Played): unknown {
  assert.equal(ending.status, "succeeded", ending.error?.message);
  return JSON.parse(ending.output ?? "");
}

/** How a run failed: its status and the kind of its error. */
export function failureOf({ ending }: Played): string {
  return `${ending.status}/${ending.error?.kind}`;
}
