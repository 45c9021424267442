import { readFile } from "node:fs/promises";
import * as path from "node:path";
import { UsageError } from "./exit.ts";
import type { World } from "./world.ts";

/** How inputs are given, for help texts. */
export const INPUT_BRIEF = "JSON, @file, or - for stdin; null if left out";

/** The input of a run as it was asked for: JSON, `@file` or `-`. Rejects with `UsageError`. */
export async function readInput(world: World, given: string | undefined): Promise<unknown> {
  if (given === undefined) return null;
  if (given === "-" || given === "@-") return parse(await world.stdin.text(), "stdin");
  if (!given.startsWith("@")) return parse(given, "--input");
  const file = path.resolve(world.cwd, given.slice(1));
  const text = await readFile(file, "utf8").catch(() => {
    throw new UsageError(`${file} cannot be read.`);
  });
  return parse(text, file);
}

function parse(text: string, where: string): unknown {
  try {
    return JSON.parse(text);
  } catch (error) {
    const why = error instanceof Error ? error.message : "";
    throw new UsageError(`${where} is not JSON: ${why}. A text wants quotes: '"like this"'`);
  }
}
