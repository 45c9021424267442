import * as z from "zod";
import { Fault } from "../../_shared/fault.ts";
import { Bytes } from "../../_shared/input.ts";
import { paginate } from "../../_shared/page.ts";
import { type Route, route } from "../../_shared/route.ts";
import { pageOf } from "../../_shared/schema.ts";
import type { Keeping } from "../../_shared/workspace/keeping.ts";
import { FileEntry } from "../../_shared/workspace/schema.ts";
import { SERVED_TYPES } from "../../_shared/workspace/types.ts";
import { findAgent } from "../agents/repo.ts";
import { AgentId, ByName } from "../agents/schema.ts";
import { download, expectedOf } from "./download.ts";
import * as repo from "./repo.ts";
import { ByPath, FileQuery } from "./schema.ts";
import { told, upload } from "./upload.ts";

const PATH = "/:name/files/:path{.+}";

/** The files of agents, as their owners reach them. */
export function createFiles(keeping: Keeping): readonly Route[] {
  return [list, get(keeping), put(keeping), remove(keeping)];
}

const list = route({
  method: "get",
  path: "/:name/files",
  summary: "List an agent's files, by their paths",
  accept: z.object({ params: ByName, query: FileQuery }),
  needs: "agents:read",
  budget: "read",
  reply: pageOf(FileEntry),
  faults: ["invalid_cursor"],
}, async ({ params: { name }, query }, { db, caller: { userId }, platform }) => {
  const { id } = await findAgent(db, userId, name);
  const agentId = AgentId.parse(id);
  return paginate(platform.cursors, query, {
    list: `files/${id}`,
    user: userId,
    key: (file: FileEntry) => file.path,
    fetch: (page) => repo.listFiles(db, { agentId, prefix: query.prefix, ...page }),
  });
});

function get(keeping: Keeping): Route {
  return route({
    method: "get",
    path: PATH,
    summary: "Download a file",
    accept: z.object({ params: ByPath }),
    needs: "agents:read",
    budget: "read",
    media: SERVED_TYPES,
    faults: ["storage_unavailable"],
  }, ({ params: { name, path } }, { db }) =>
    told(async () => {
      const file = await repo.findFile(db, name, path);
      const bytes = file && await keeping.unpack(file);
      if (file === undefined || bytes === undefined) throw new Fault("not_found");
      return download(file, bytes);
    }));
}

function put(keeping: Keeping): Route {
  return route(
    {
      method: "put",
      path: PATH,
      summary: "Upload a file: the body is its content",
      accept: z.object({ params: ByPath, bytes: Bytes }),
      needs: "agents:write",
      budget: "write",
      headers: {
        "If-Match": "Replace only what has this ETag",
        "If-None-Match": "`*`: do not replace anything",
      },
      reply: FileEntry,
      faults: [
        ...["workspace_full", "file_conflict", "file_changed", "agent_quarantined"] as const,
        "held",
        ...["file_refused", "file_infected", "scanner_unavailable"] as const,
        "storage_unavailable",
      ],
    },
    ({ params: { name, path }, bytes }, { caller, service, platform: { log }, signal, header }) => {
      const expected = expectedOf(header("if-match"), header("if-none-match"));
      const file = { agent: name, path, bytes, expected };
      return upload(file, { caller, service, keeping, log, signal });
    },
  );
}

function remove(keeping: Keeping): Route {
  return route({
    method: "delete",
    path: PATH,
    summary: "Remove a file",
    accept: z.object({ params: ByPath }),
    needs: "agents:write",
    budget: "write",
    status: 204,
    faults: ["agent_quarantined", "held"],
  }, async ({ params: { name, path } }, { db, service, platform: { log } }) => {
    await repo.removeFile(db, name, path);
    keeping.tidy(service, log);
  });
}
