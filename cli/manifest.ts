import * as path from "node:path";
import * as z from "zod";
import type { InputSchema, PolicyInput } from "../sdk/mod.ts";
import { readInside } from "./disk.ts";
import { UsageError } from "./exit.ts";
import { oneLine } from "./text.ts";

/** The file that says what a folder holds. */
export const MANIFEST = "cloister.json";

/** Whether JSON is an object; what may be in it, the API decides. */
const isObject = (value: unknown) =>
  typeof value === "object" && value !== null && !Array.isArray(value);

/** A time at which the agent runs by itself; the fields are those of the API. */
const Schedule = z.strictObject({
  name: z.string().min(1),
  cron: z.string().min(1).meta({
    description: "Five fields: minute, hour, day of the month, month, day of the week",
    examples: ["30 8 * * mon-fri"],
  }),
  time_zone: z.string().optional()
    .meta({ description: "A name of the IANA database", examples: ["Europe/Berlin"] }),
  jitter_seconds: z.int().min(0).max(3_600).optional(),
  missed: z.enum(["skip", "once"]).optional(),
  input: z.unknown().optional(),
  version: z.int().positive().nullable().optional(),
  enabled: z.boolean().optional(),
});

/**
 * What `cloister.json` may say. Strict, since a misspelt field would be a silent default. What
 * policies, schemas and cron lines mean, the API decides.
 */
export const Manifest = z.strictObject({
  $schema: z.string().optional(),
  name: z.string().regex(/^[a-z][a-z0-9_-]{0,62}$/, "must be a name like my-agent")
    .meta({ description: "The agent's name, unique among yours" }),
  description: z.string().max(2_000).default(""),
  source: z.string().regex(/^[^/\\].*\.[jt]s$/, "must be the path of a .ts or .js file in here")
    .refine((file) => oneLine(file) === file, "must be a name without control characters")
    .default("agent.ts").meta({ description: "The file with the program" }),
  input_schema: z.custom<InputSchema>(isObject, "must be an object").nullable().default(null)
    .meta({ description: "JSON Schema of the inputs; null for any" }),
  policy: z.custom<PolicyInput>(isObject, "must be an object").default({}).meta({
    description: "What the agent may do beside computing",
  }),
  schedules: z.array(Schedule).max(100).default([])
    .meta({ description: "When it runs by itself. Schedules of other names are left alone." }),
});

/** What `cloister.json` says, with its defaults. */
export type Manifest = z.infer<typeof Manifest>;

/** A folder that holds an agent. */
export interface Folder {
  /** Absolute. */
  readonly path: string;
  readonly manifest: Manifest;
  readonly source: string;
  readonly language: "typescript" | "javascript";
}

/** Reads a folder. Rejects with `UsageError`, which says what of it is missing or wrong. */
export async function readFolder(folder: string): Promise<Folder> {
  const manifest = await readManifest(folder);
  if (manifest === undefined) {
    throw new UsageError(`${path.join(folder, MANIFEST)} does not exist. Begin: cloister init`);
  }
  const file = path.resolve(folder, manifest.source);
  if (path.relative(folder, file).startsWith("..")) {
    throw new UsageError(`${MANIFEST}: source: must lie in the folder itself`);
  }
  const source = await readInside(folder, manifest.source);
  if (source === undefined) throw new UsageError(`${file} cannot be read.`);
  const language = file.endsWith(".js") ? "javascript" : "typescript";
  return { path: path.resolve(folder), manifest, source, language };
}

/** The manifest of a folder; undefined where there is none. Rejects with `UsageError` if it is wrong. */
export async function readManifest(folder: string): Promise<Manifest | undefined> {
  const file = path.join(folder, MANIFEST);
  const text = await readInside(folder, MANIFEST);
  return text === undefined ? undefined : parseManifest(text, file);
}

/** Parses a manifest. Throws `UsageError` with each thing that is wrong, and where. */
export function parseManifest(text: string, file: string = MANIFEST): Manifest {
  let json: unknown;
  try {
    json = JSON.parse(text);
  } catch (error) {
    throw new UsageError(`${file}: ${error instanceof Error ? error.message : "not JSON"}`);
  }
  const parsed = Manifest.safeParse(json);
  if (parsed.success) return parsed.data;
  const lines = parsed.error.issues.map((issue) =>
    `${file}: ${issue.path.map(String).join(".")}${
      issue.path.length > 0 ? ": " : ""
    }${issue.message}`
  );
  throw new UsageError(lines.join("\n"));
}
