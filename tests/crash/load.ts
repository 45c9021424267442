import * as z from "zod";
import type { Person } from "../stack.ts";

const Accepted = z.object({ id: z.string() });
const RETRY_MS = 50;

/** What callers know: for each Idempotency-Key the runs that it was answered with. One, that is. */
export interface Load {
  readonly accepted: ReadonlyMap<string, ReadonlySet<string>>;
  /** Settles when so many runs have been accepted. */
  reached(count: number): Promise<void>;
  /** Ends it: what was asked is asked until it is accepted. */
  stop(): Promise<void>;
}

/**
 * Callers who queue one run after the other, and whoever gets no answer asks again with the same
 * key, as one does whose connection broke.
 */
export function startLoad(people: readonly Person[], agent: string): Load {
  const accepted = new Map<string, Set<string>>();
  const waiting: { count: number; go(): void }[] = [];
  let stopping = false;
  const note = (key: string, id: string) => {
    accepted.set(key, (accepted.get(key) ?? new Set()).add(id));
    for (const { count, go } of waiting) if (accepted.size >= count) go();
  };
  const work = async (caller: Person) => {
    for (let n = 0; !stopping; n++) {
      const key = `${caller.id}-${n}`;
      note(key, await queueRun(caller, agent, key, n));
      // Some ask twice: their first answer may have been lost on the way.
      if (n % 10 === 0) note(key, await queueRun(caller, agent, key, n));
    }
  };
  const working = Promise.all(people.map(work));
  return {
    accepted,
    reached: (count) =>
      accepted.size >= count
        ? Promise.resolve()
        : new Promise((resolve) => waiting.push({ count, go: resolve })),
    async stop() {
      stopping = true;
      await working;
    },
  };
}

async function queueRun(caller: Person, agent: string, key: string, n: number): Promise<string> {
  for (;;) {
    const id = await ask(caller, agent, key, n).catch(() => undefined);
    if (id !== undefined) return id;
    await new Promise((resolve) => setTimeout(resolve, RETRY_MS));
  }
}

/** Undefined is an answer that says nothing: not now, or not at all. */
async function ask(caller: Person, agent: string, key: string, n: number) {
  const response = await caller.call("POST", `/execute/agents/${agent}`, {
    body: { input: { n } },
    headers: { "idempotency-key": key, prefer: "respond-async" },
  });
  const body = await response.text();
  if (response.status === 200 || response.status === 202) {
    return Accepted.parse(JSON.parse(body)).id;
  }
  if (response.status === 429 || response.status >= 500) return undefined;
  throw new Error(`A run was refused: ${response.status} ${body}`);
}
