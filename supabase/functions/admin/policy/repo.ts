import { type Db, rows } from "../../_shared/db.ts";
import { type Ceiling, CeilingRow } from "./schema.ts";

/** The ceiling as it counts at this moment. */
export async function findCeiling(db: Db): Promise<Ceiling> {
  return CeilingRow.parse(rows(await db.rpc("tool_ceiling")));
}

/** Sets the ceiling: it counts from the next tool call on, of runs that go on, too. */
export async function setCeiling(db: Db, ceiling: Ceiling): Promise<Ceiling> {
  const reply = await db.rpc("set_tool_ceiling", { policy: JSON.stringify(ceiling) });
  return CeilingRow.parse(rows(reply));
}
