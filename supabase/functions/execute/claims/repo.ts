import * as z from "zod";
import { rows } from "../../_shared/db.ts";
import { NO_POLICY, Policy } from "../../_shared/policy/schema.ts";
import type { Beginning, Ended } from "../../_shared/run/pull_wire.ts";
import type { Service } from "../../_shared/service.ts";

/** What is read of a run that the queue gave away. */
const Taken = z.object({
  run_id: z.uuid(),
  claim: z.uuid(),
  attempt: z.int().positive(),
  owner_id: z.guid(),
  recording: z.boolean(),
  request_id: z.string().nullable(),
  traceparent: z.string().nullable(),
  /** One that cannot be read grants nothing. */
  policy: Policy.catch(NO_POLICY),
});
export type Taken = z.infer<typeof Taken>;

/** What the queue answers that gave nothing away, but is worth asking again at once. */
const Again = z.object({ again: z.literal(true) }).transform(() => "again" as const);
const Answer = z.union([Again, Taken]).nullable();

const Begun = z.union([
  z.object({
    status: z.literal("running"),
    agent: z.string(),
    version: z.int(),
    started_at: z.string(),
    last_seq: z.int(),
    input: z.string(),
    source: z.string(),
    source_hash: z.string(),
    language: z.enum(["typescript", "javascript"]),
    program: z.string().nullable(),
    seal: z.string().nullable(),
  }),
  z.object({ status: z.string().nullable() }).transform(() => ({ status: "dropped" as const })),
]);

const Settled = z.object({ status: z.string().nullable(), ended_at: z.string().nullable() });

/** Which run a runner speaks of, and by which claim. */
export interface Held {
  runner: string;
  run: string;
  claim: string;
}

/**
 * The next run for a runner, kept for it so many seconds; undefined where there is none, "again" where
 * there may be one, but not by this question.
 */
export async function takeRun(
  service: Service,
  runner: string,
  leaseS: number,
): Promise<Taken | "again" | undefined> {
  const args = { runner_id: runner, lease_seconds: leaseS };
  return Answer.parse(rows(await service("runner_claim_run", args))) ?? undefined;
}

/** Begins a run within these limits, as JSON text. */
export async function beginRun(
  service: Service,
  held: Held,
  how: Pick<Beginning, "engine" | "layers"> & { limits: string; wall_ms: number },
): Promise<z.infer<typeof Begun>> {
  return Begun.parse(rows(await service("runner_begin_run", { ...named(held), ...how })));
}

/** Stores events, as JSON text; true where the run shall stop. */
export async function appendEvents(service: Service, held: Held, events: string): Promise<boolean> {
  const reply = await service("runner_append_events", { ...named(held), events });
  return z.boolean().parse(rows(reply));
}

/** Ends a run, once, and says how it then stands. */
export async function settleRun(
  service: Service,
  held: Held,
  { ending, events }: { ending: Ended; events: string },
): Promise<z.infer<typeof Settled>> {
  const { status, output = null, error, usage } = ending;
  const reply = await service("runner_settle_run", {
    ...named(held),
    ending: JSON.stringify({
      status,
      output,
      error: error ? JSON.stringify(error) : null,
      usage: usage && JSON.stringify(usage),
    }),
    events,
  });
  return Settled.parse(rows(reply));
}

/** Gives a run back. */
export async function releaseRun(
  service: Service,
  held: Held,
  { delayMs, reason }: { delayMs: number; reason: string },
): Promise<void> {
  rows(await service("runner_release_run", { ...named(held), delay_ms: delayMs, reason }));
}

function named({ runner, run, claim }: Held) {
  return { runner_id: runner, run_id: run, claim };
}
