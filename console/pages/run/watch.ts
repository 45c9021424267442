import { api } from "../../api.ts";
import { can } from "../../session/permissions.ts";
import {
  ConnectionError,
  hasEnded,
  isTerminal,
  type Run,
  type RunEvent,
  type ToolCall,
} from "../../../sdk/mod.ts";
import { problemOf } from "../../ui/problem.tsx";

/** How a page hears of a run: as it happens, by asking now and then, not at the moment, no more. */
export type Hearing = "opening" | "live" | "asking" | "reconnecting" | "over" | "broken";

const DRAWN_EVERY_MS = 100;
const ASKED_EVERY_MS = 1_000;
const LEDGER_EVERY_MS = 1_500;
/** In a row; each is waited for a second longer than the one before. */
const MAX_FAILURES = 10;

/**
 * A run that is looked at: as it is, its events, each once, and its ledger. Who may not stream asks
 * again and again instead. What was heard stays when the connection is lost.
 */
export class RunWatch {
  readonly events: RunEvent[] = [];
  readonly calls = new Map<number, ToolCall>();
  readonly id: string;
  run: Run | undefined;
  hearing: Hearing = "opening";
  error: unknown;
  readonly #onChange: () => void;
  #drawing: ReturnType<typeof setTimeout> | undefined;
  #ledgerIsStale = true;

  /** `onChange` is called when there is something new, ten times a second at most. */
  constructor(id: string, onChange: () => void) {
    this.id = id;
    this.#onChange = onChange;
  }

  /** Watches to the run's end, or until `signal`. Its failure is kept in `error`. Never rejects. */
  async watch(signal: AbortSignal): Promise<void> {
    this.error = undefined;
    this.hearing = "opening";
    try {
      this.#hear(await this.#find(signal));
      const ledger = this.#keepLedger(signal);
      for await (const event of this.#source(signal)) this.#take(event);
      this.#hear(await this.#find(signal), "over");
      await this.loadCalls(signal);
      await ledger;
    } catch (error) {
      if (signal.aborted) return;
      this.error = error;
      this.#hear(this.run, "broken");
    }
  }

  /** Reads the ledger on from the first call that may still change. */
  async loadCalls(signal?: AbortSignal): Promise<void> {
    const open = [...this.calls.values()].find(isOpen);
    let after = open === undefined ? Math.max(0, ...this.calls.keys()) : open.seq - 1;
    for (;;) {
      const { data } = await api().request("GET", "/execute/runs/{id}/calls", {
        params: { id: this.id },
        query: { after },
        signal,
      });
      for (const call of data) this.calls.set(call.seq, call);
      const last = data.at(-1);
      if (last === undefined) break;
      after = last.seq;
    }
    this.#changed();
  }

  /** Takes what an answer said of the run. */
  update(run: Run): void {
    this.#hear(run);
  }

  #find(signal: AbortSignal): Promise<Run> {
    return api().request("GET", "/execute/runs/{id}", { params: { id: this.id }, signal });
  }

  async *#source(signal: AbortSignal): AsyncGenerator<RunEvent, void> {
    if (can("agents:stream")) {
      const onState = (state: "connected" | "reconnecting") =>
        this.#hear(this.run, state === "connected" ? "live" : state);
      try {
        return yield* api().runs.follow(this.id, { after: this.#seen(), signal, onState });
      } catch (error) {
        if (problemOf(error).status !== 403) throw error;
      }
    }
    yield* this.#ask(signal);
  }

  /** Events by asking for them. One that has ended and says no more will never say more. */
  async *#ask(signal: AbortSignal): AsyncGenerator<RunEvent, void> {
    for (let failures = 0;;) {
      try {
        const { run, events } = await this.#askOnce(signal);
        this.#hear(run, "asking");
        failures = 0;
        yield* events;
        if (events.some(({ type }) => isTerminal(type))) return;
        if (events.length > 0) continue;
        if (hasEnded(run.status)) return;
      } catch (error) {
        if (!(error instanceof ConnectionError) || ++failures > MAX_FAILURES) throw error;
        this.#hear(this.run, "reconnecting");
      }
      await pause(ASKED_EVERY_MS * (failures + 1), signal);
    }
  }

  async #askOnce(signal: AbortSignal): Promise<{ run: Run; events: readonly RunEvent[] }> {
    const run = await this.#find(signal);
    const { data: events } = await api().request("GET", "/execute/runs/{id}/events", {
      params: { id: this.id },
      query: { after: this.#seen() },
      signal,
    });
    return { run, events };
  }

  #seen(): number {
    return this.events.at(-1)?.seq ?? 0;
  }

  #take(event: RunEvent): void {
    if (event.seq <= this.#seen()) return;
    this.events.push(event);
    if (event.type.startsWith("tool.")) this.#ledgerIsStale = true;
    if (event.type === "run.started" && this.run?.status === "queued") {
      this.run = { ...this.run, status: "running", started_at: event.at };
    }
    this.#changed();
  }

  /** A call may come to wait for its owner after its event was told: so it is asked for twice. */
  async #keepLedger(signal: AbortSignal): Promise<void> {
    for (let wasStale = false; this.hearing !== "over" && this.hearing !== "broken";) {
      const waits = [...this.calls.values()].some(isOpen);
      if (this.#ledgerIsStale || wasStale || waits) {
        wasStale = this.#ledgerIsStale;
        this.#ledgerIsStale = false;
        await this.loadCalls(signal).catch(() => {});
      }
      if (signal.aborted) return;
      await pause(LEDGER_EVERY_MS, signal).catch(() => {});
    }
  }

  #hear(run: Run | undefined, hearing: Hearing = this.hearing): void {
    this.run = run;
    this.hearing = hearing;
    this.#changed();
  }

  #changed(): void {
    this.#drawing ??= setTimeout(() => {
      this.#drawing = undefined;
      this.#onChange();
    }, DRAWN_EVERY_MS);
  }
}

/** Whether more will come of a call. */
function isOpen({ ended_at, verdict }: ToolCall): boolean {
  return ended_at === null && ["waiting", "approved", "allowed"].includes(verdict);
}

function pause(ms: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve, reject) => {
    const stop = () => {
      clearTimeout(timer);
      reject(signal.reason);
    };
    const timer = setTimeout(() => {
      signal.removeEventListener("abort", stop);
      resolve();
    }, ms);
    signal.addEventListener("abort", stop, { once: true });
    if (signal.aborted) stop();
  });
}
