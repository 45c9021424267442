import * as z from "zod";
import * as wire from "../../supabase/functions/_shared/run/pull_wire.ts";

/** Where the queue is, and what this runner is known by. */
export interface PullSettings {
  /** The project's address, without a path. */
  url: string;
  key: string;
}

/** The queue answered, and refused: trying the same again changes nothing. */
export class QueueRefused extends Error {
  override readonly name = "QueueRefused";

  constructor(readonly status: number, readonly code: string) {
    super(`the queue refused: ${status} ${code}`);
  }

  /** Whether it is the key that is refused, and not what was asked with it. */
  get isOfKey(): boolean {
    return this.status === 401;
  }

  /** Whether the run is somebody else's by now, or has ended. */
  get isGone(): boolean {
    return this.status === 404 || this.status === 409;
  }
}

/** The queue cannot be reached, or cannot work at the moment. */
export class QueueAway extends Error {
  override readonly name = "QueueAway";
}

/** What a runner says to the queue. Everything throws {@link QueueRefused} or {@link QueueAway}. */
export interface QueueClient {
  /** The next run; null where there was none for as long as was waited, "again" where one may come. */
  claim(offer: wire.Offer, signal: AbortSignal): Promise<wire.Given | "again" | null>;
  begin(given: wire.Given, at: { engine: string; layers: readonly string[] }): Promise<wire.Begun>;
  /** True where the run shall stop. */
  report(given: wire.Given, events: wire.Report["events"]): Promise<boolean>;
  settle(
    given: wire.Given,
    ending: wire.Ended,
    events: wire.Report["events"],
  ): Promise<z.infer<typeof wire.Settled>>;
  release(given: wire.Given, why: { delayMs: number; reason: string }): Promise<void>;
}

/** How long an answer may take beyond what it was asked to wait. */
const ANSWER_MS = 10_000;
/** Three reports may fail before a run is taken for lost, after 20 s. */
const REPORT_MS = 5_000;

const Refusal = z.object({ code: z.string().max(64) }).catch({ code: "unknown" });

/** A client of the queue over HTTP. `send` is replaced by tests. */
export function createQueueClient(
  { url, key }: PullSettings,
  send: typeof fetch = fetch,
): QueueClient {
  const post = async (path: string, body: unknown, signal: AbortSignal): Promise<Response> => {
    const response = await send(`${url}/functions/v1/execute/queue/claims${path}`, {
      method: "POST",
      headers: { authorization: `Bearer ${key}`, "content-type": "application/json" },
      body: JSON.stringify(body),
      redirect: "error",
      signal,
    }).catch((cause) => {
      throw new QueueAway("the queue cannot be reached", { cause });
    });
    if (response.ok) return response;
    const { code } = Refusal.parse(await response.json().catch(() => undefined));
    if (response.status >= 500 || response.status === 429) {
      throw new QueueAway(`the queue cannot work: ${response.status} ${code}`);
    }
    throw new QueueRefused(response.status, code);
  };
  const ask = async <Reply extends z.ZodType>(
    { reply, path, ms = ANSWER_MS, signal }: Question<Reply>,
    body: unknown,
  ): Promise<z.output<Reply>> => {
    const late = AbortSignal.timeout(ms);
    const stop = signal ? AbortSignal.any([signal, late]) : late;
    const response = await post(path, body, stop);
    return reply.parse(
      await response.json().catch((cause) => {
        throw new QueueAway("the queue's answer broke off", { cause });
      }),
    );
  };
  return {
    async claim(offer, signal) {
      const ms = offer.wait_s * 1_000 + ANSWER_MS;
      const { claim, again } = await ask({ reply: wire.Claimed, path: "", ms, signal }, offer);
      return claim ?? (again ? "again" : null);
    },
    begin: ({ run, token }, { engine, layers }) =>
      ask({ reply: wire.Begun, path: `/${run}/begin` }, { token, engine, layers }),
    async report({ run, token }, events) {
      const question = { reply: wire.Heard, path: `/${run}/events`, ms: REPORT_MS };
      return (await ask(question, { token, events })).stop;
    },
    settle: ({ run, token }, ending, events) =>
      ask({ reply: wire.Settled, path: `/${run}/settle` }, { token, ending, events }),
    async release({ run, token }, { delayMs, reason }) {
      const body = { token, delay_ms: delayMs, reason };
      await (await post(`/${run}/release`, body, AbortSignal.timeout(ANSWER_MS))).body?.cancel();
    },
  };
}

interface Question<Reply extends z.ZodType> {
  reply: Reply;
  path: string;
  /** For the answer. */
  ms?: number;
  signal?: AbortSignal;
}
