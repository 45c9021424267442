import assert from "@std/assert";
import * as z from "zod";
import { createApp } from "../../../supabase/functions/_shared/app.ts";
import { readEnv } from "../../../supabase/functions/_shared/env.ts";
import { createPlatform } from "../../../supabase/functions/_shared/platform.ts";
import type { Keeping } from "../../../supabase/functions/_shared/workspace/keeping.ts";
import { FileEntry } from "../../../supabase/functions/_shared/workspace/schema.ts";
import { createAgents } from "../../../supabase/functions/agents/routes.ts";
import { ADDRESS_HEADER, type Person, testStack } from "../../stack.ts";

/** Sends a request about files as somebody. */
export type AskFiles = (
  method: string,
  path: string,
  init?: { body?: Uint8Array | string; headers?: Record<string, string> },
) => Promise<Response>;

/** Asks the running functions about the files of an agent, as its owner or somebody else. */
export function filesOf({ token, address }: Person, agent: string): AskFiles {
  return (method, path, { body, headers } = {}) =>
    fetch(`${testStack().url}/functions/v1/agents/${agent}/files${path}`, {
      method,
      headers: { [ADDRESS_HEADER]: address, authorization: `Bearer ${token}`, ...headers },
      ...(body !== undefined && { body: typeof body === "string" ? body : body.slice() }),
    });
}

/** The same of an app of one's own, which keeps contents otherwise. */
export function filesWith({ token, address }: Person, agent: string, keeping: Keeping): AskFiles {
  const platform = createPlatform("agents", readEnv(testStack().env));
  const app = createApp("agents", platform, createAgents({ keeping }));
  return async (method, path, { body, headers } = {}) =>
    await app.request(`/agents/${agent}/files${path}`, {
      method,
      headers: { [ADDRESS_HEADER]: address, authorization: `Bearer ${token}`, ...headers },
      ...(body !== undefined && { body: typeof body === "string" ? body : body.slice() }),
    });
}

/** An agent of a person. */
export async function agentOf(owner: Person, source = "export default () => 1;"): Promise<string> {
  const name = `a-${crypto.randomUUID().slice(0, 8)}`;
  const response = await owner.call("POST", "/agents", { body: { name, source } });
  assert.equal(response.status, 201, await response.text());
  return name;
}

/** A file that must have been kept. */
export async function kept(response: Response): Promise<FileEntry> {
  const text = await response.text();
  assert.equal(response.status, 200, text);
  return FileEntry.parse(JSON.parse(text));
}

/** A page of files. */
export async function listed(response: Response) {
  assert.equal(response.status, 200);
  return z.object({ data: FileEntry.array(), next_cursor: z.string().nullable() })
    .parse(await response.json());
}

/** The status and code of a refusal. */
export async function told(response: Response): Promise<string> {
  const { code } = z.object({ code: z.string().optional() }).parse(await response.json());
  return `${response.status} ${code}`;
}
