import { readNamed } from "./disk.ts";
import { UsageError } from "./exit.ts";
import type { World } from "./world.ts";

/** How inputs are given, for help texts. */
export const INPUT_BRIEF = "JSON, @file, or - for stdin; null if left out";

/** The input of a run as it was asked for: JSON, `@file` or `-`. Rejects with `UsageError`. */
export async function readInput(world: World, given: string | undefined): Promise<unknown> {
  if (given === undefined) return null;
  if (given === "-" || given === "@-") return parseInput(await world.stdin.text(), "stdin");
  if (!given.startsWith("@")) return parseInput(given, "--input");
  const file = given.slice(1);
  return parseInput(new TextDecoder().decode(await readNamed(world, file)), file);
}

/** Reads an input, which came from somewhere. Throws `UsageError` if it is no JSON. */
export function parseInput(text: string, where: string): unknown {
  try {
    return JSON.parse(text);
  } catch (error) {
    const why = error instanceof Error ? error.message : "";
    throw new UsageError(`${where} is not JSON: ${why}. A text wants quotes: '"like this"'`);
  }
}
