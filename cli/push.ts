import * as z from "zod";
import { CloisterError } from "../sdk/mod.ts";
import type { Agent, CloisterClient, Finding, Schedule, Version } from "../sdk/mod.ts";
import { makeInside, readInside, writeInside } from "./disk.ts";
import type { Folder } from "./manifest.ts";

/** What became of a folder that was pushed. */
export interface Pushed {
  readonly agent: string;
  readonly version: number;
  /** `unchanged`: this very content is the newest version already. */
  readonly outcome: "created" | "pushed" | "unchanged";
  /** Whether the version is what runs when none is named; the first one that may run always is. */
  readonly published: boolean;
  readonly approval: Version["approval"];
  readonly findings: readonly Finding[];
  /** The names of the schedules that were made or changed. */
  readonly schedules: readonly string[];
}

/** What of a folder is for tools: the schema of its manifest, and what was pushed last. */
export const STATE_FOLDER = ".cloister";

const STATE_FILE = `${STATE_FOLDER}/pushed.json`;

const State = z.record(z.string(), z.object({ version: z.number(), hash: z.string() }));

/**
 * Makes the agent of a folder what the folder says: a new agent, or a new version if anything
 * changed, and its schedules. What other schedules it has stays.
 */
export async function push(
  client: CloisterClient,
  url: string,
  folder: Folder,
  publish: boolean,
): Promise<Pushed> {
  const { manifest } = folder;
  await makeInside(folder.path, STATE_FOLDER);
  const found = await findAgent(client, manifest.name);
  const pushed = found === undefined
    ? await create(client, folder)
    : await update(client, url, folder, found, publish);
  await remember(url, folder, pushed.version);
  return { ...pushed, schedules: await schedule(client, folder) };
}

type WithoutSchedules = Omit<Pushed, "schedules">;

async function create(client: CloisterClient, folder: Folder): Promise<WithoutSchedules> {
  const { source, language, manifest: { name, description, input_schema, policy } } = folder;
  const agent = { name, description, source, language, input_schema, policy };
  const { findings, current_version: version } = await client.agents.create(agent);
  const { approval } = await client.agents.versions.get(name, version);
  const published = approval !== "needed";
  return { agent: name, version, outcome: "created", published, approval, findings };
}

async function update(
  client: CloisterClient,
  url: string,
  folder: Folder,
  found: Agent,
  publish: boolean,
): Promise<WithoutSchedules> {
  const { source, language, manifest: { name, description, input_schema, policy } } = folder;
  if (found.description !== description) await client.agents.update(name, { description });
  const same = await unchanged(client, url, folder);
  const version = same ?? await client.agents.versions.create(name, {
    source,
    language,
    input_schema,
    policy,
    publish,
  });
  if (same && publish && found.current_version !== same.version && same.approval !== "needed") {
    await client.agents.publish(name, same.version);
  }
  const outcome = same ? "unchanged" : "pushed";
  const { approval, findings } = version;
  const isCurrent = publish || found.current_version === version.version;
  const published = isCurrent && approval !== "needed";
  return { agent: name, version: version.version, outcome, published, approval, findings };
}

/** The newest version, if it is what this folder pushed last and the folder is as it was then. */
async function unchanged(
  client: CloisterClient,
  url: string,
  folder: Folder,
): Promise<Version | undefined> {
  const { name } = folder.manifest;
  const last = (await readState(folder))[`${url} ${name}`];
  if (last?.hash !== await hashOf(folder)) return undefined;
  const [newest] = await client.agents.versions.list(name).take(1);
  if (newest?.version !== last.version) return undefined;
  return await client.agents.versions.get(name, newest.version);
}

async function schedule(client: CloisterClient, folder: Folder): Promise<string[]> {
  const { name, schedules } = folder.manifest;
  if (schedules.length === 0) return [];
  const there = new Map<string, Schedule>();
  for await (const one of client.agents.schedules.list(name)) there.set(one.name, one);
  const changed: string[] = [];
  for (const wanted of schedules) {
    const { name: called, ...change } = wanted;
    const found = there.get(called);
    if (found === undefined) await client.agents.schedules.create(name, wanted);
    else if (!differs(found, change)) continue;
    else await client.agents.schedules.update(name, called, change);
    changed.push(called);
  }
  return changed;
}

function differs(found: Schedule, change: Record<string, unknown>): boolean {
  const now = new Map<string, unknown>(Object.entries(found));
  return Object.entries(change).some(([field, value]) =>
    JSON.stringify(now.get(field)) !== JSON.stringify(value)
  );
}

async function findAgent(client: CloisterClient, name: string): Promise<Agent | undefined> {
  return await client.agents.get(name).catch((error) => {
    if (error instanceof CloisterError && error.code === "not_found") return undefined;
    throw error;
  });
}

async function remember(url: string, folder: Folder, version: number): Promise<void> {
  const state = { ...await readState(folder) };
  state[`${url} ${folder.manifest.name}`] = { version, hash: await hashOf(folder) };
  await writeInside(folder.path, `${STATE_FOLDER}/.gitignore`, "pushed.json\n");
  await writeInside(folder.path, STATE_FILE, `${JSON.stringify(state, null, 2)}\n`);
}

async function readState(folder: Folder): Promise<z.infer<typeof State>> {
  try {
    return State.parse(JSON.parse(await readInside(folder.path, STATE_FILE) ?? "{}"));
  } catch {
    return {};
  }
}

async function hashOf({ source, language, manifest }: Folder): Promise<string> {
  const { input_schema, policy } = manifest;
  const text = JSON.stringify([source, language, input_schema, policy]);
  const digest = await crypto.subtle.digest("SHA-256", new TextEncoder().encode(text));
  return [...new Uint8Array(digest)].map((byte) => byte.toString(16).padStart(2, "0")).join("");
}
