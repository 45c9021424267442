import * as z from "zod";
import { type Route, route } from "../../_shared/route.ts";
import type { Keeping } from "../../_shared/workspace/keeping.ts";
import { exportPersonalData } from "./export.ts";

/** What the project knows about whoever asks. `keeping` is where contents of files lie. */
export function createPersonal(keeping: Keeping): readonly Route[] {
  return [
    route({
      method: "get",
      path: "/me/export",
      summary: "Export all that is known about you, as a ZIP. Not for API keys",
      accept: z.object({}),
      needs: "agents:read",
      budget: "execute",
      media: ["application/zip"],
      faults: ["storage_unavailable"],
    }, (_, { db }) => exportPersonalData(db, keeping)),
  ];
}
