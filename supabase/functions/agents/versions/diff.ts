import { createTwoFilesPatch } from "diff";
import type { Version, VersionDiff } from "./schema.ts";

const CONTEXT_LINES = 3;
/** Comparing takes the square of what differs: beyond this, the patch replaces the whole file. */
const TIMEOUT_MS = 100;

/** What changed from one version to another, as a unified diff. */
export function diffVersions(from: Version, to: Version): VersionDiff {
  return { from: from.version, to: to.version, patch: patchOf(from, to) };
}

function patchOf(from: Version, to: Version): string {
  if (from.source === to.source) return "";
  const names = [`v${from.version}`, `v${to.version}`] as const;
  const options = { context: CONTEXT_LINES, timeout: TIMEOUT_MS };
  return createTwoFilesPatch(...names, from.source, to.source, "", "", options) ??
    replacement(names, from.source, to.source);
}

function replacement([a, b]: readonly [string, string], from: string, to: string): string {
  const removed = from.split("\n").map((line) => `-${line}`);
  const added = to.split("\n").map((line) => `+${line}`);
  const hunk = `@@ -1,${removed.length} +1,${added.length} @@`;
  return [`--- ${a}`, `+++ ${b}`, hunk, ...removed, ...added, ""].join("\n");
}
