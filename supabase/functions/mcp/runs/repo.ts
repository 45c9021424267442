import * as z from "zod";
import { type Db, first, rows } from "../../_shared/db.ts";
import { RUN_COLUMNS, RunEvent, type RunReport, RunRow } from "./schema.ts";

/** How many events are read at once. */
export const MAX_EVENTS = 100;

/** One of the caller's runs as it is now, or `not_found`. */
export async function findRun(db: Db, id: string): Promise<RunReport> {
  return RunRow.parse(first(await db.rpc("find_run", { run_id: id }).select(RUN_COLUMNS)));
}

/** A run's events after a sequence number, at most 100. */
export async function listEvents(db: Db, runId: string, after: number): Promise<RunEvent[]> {
  const reply = await db.from("run_events").select("seq, type, at, data")
    .eq("run_id", runId).gt("seq", after).order("seq").limit(MAX_EVENTS);
  return RunEvent.array().parse(rows(reply));
}

/** The UUIDs of the caller's runs under way that a request with this id has started. */
export async function listStarted(
  db: Db,
  ownerId: string,
  requestId: string,
): Promise<string[]> {
  const reply = await db.from("runs").select("id").eq("owner_id", ownerId)
    .eq("request_id", requestId).in("status", ["queued", "running"]).limit(10);
  return z.object({ id: z.uuid() }).array().parse(rows(reply)).map(({ id }) => id);
}

/** Asks a run to stop; `forbidden` or `not_found` where the caller may not. */
export async function cancelRun(db: Db, id: string): Promise<void> {
  rows(await db.rpc("cancel_run", { run_id: id }));
}
