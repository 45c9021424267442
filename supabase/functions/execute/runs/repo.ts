import * as z from "zod";
import { NO_POLICY, Policy } from "../../_shared/policy/schema.ts";
import { type Db, first, rows } from "../../_shared/db.ts";
import type { Service } from "../../_shared/service.ts";
import { MAX_EVENTS, Run, RUN_COLUMNS, RunEvent, RunRow } from "./schema.ts";

/** A version as it is needed to run it. The program is to be trusted only under its seal. */
const Program = z.object({
  id: z.uuid(),
  version: z.int().positive(),
  source_hash: z.string(),
  language: z.enum(["typescript", "javascript"]),
  input_schema: z.unknown(),
  program: z.string().nullable(),
  seal: z.string().nullable(),
  /** One that cannot be read grants nothing. */
  policy: Policy.catch(NO_POLICY),
});
export type Program = z.infer<typeof Program>;

const PROGRAM_COLUMNS = "id, version, source_hash, language, input_schema, program, seal, policy";

/** The caller's version of that number, or the published one; `not_found` if there is none. */
export async function findProgram(
  db: Db,
  name: string,
  version: number | undefined,
): Promise<Program> {
  const args = { agent_name: name, ...(version !== undefined && { version }) };
  return Program.parse(first(await db.rpc("find_program", args).select(PROGRAM_COLUMNS)));
}

const Asked = z.strictObject({
  grants: z.array(z.string()),
  approval_seconds: z.int().nullable(),
});

/** Of which grants the operator's ceiling has people asked, and how long they have at the most. */
export async function findAsked(service: Service): Promise<z.infer<typeof Asked>> {
  return Asked.parse(rows(await service("asked_grants", {})));
}

/** What a version that runs is made from, whether or not its caller may read it. */
export async function findSource(service: Service, versionId: string): Promise<string> {
  return z.string().parse(rows(await service("find_source", { version_id: versionId })));
}

/** One of the caller's runs, or `not_found`. One that stopped reporting is lost from here on. */
export async function findRun(db: Db, id: string): Promise<Run> {
  return RunRow.parse(first(await db.rpc("find_run", { run_id: id }).select(RUN_COLUMNS)));
}

/** A run's events after a sequence number, at most {@link MAX_EVENTS}. */
export async function listEvents(db: Db, runId: string, after: number): Promise<RunEvent[]> {
  const reply = await db.from("run_events").select("seq, type, at, data")
    .eq("run_id", runId).gt("seq", after).order("seq").limit(MAX_EVENTS);
  return RunEvent.array().parse(rows(reply));
}

/** Asks a run to stop. One that ended already comes back unchanged. */
export async function cancelRun(db: Db, id: string): Promise<Run> {
  return RunRow.parse(first(await db.rpc("cancel_run", { run_id: id })));
}
