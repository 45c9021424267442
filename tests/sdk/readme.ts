import * as path from "node:path";
import { ROOT } from "../../scripts/graph.ts";

/** The README's examples as one program, and what they say they print. */
export interface Program {
  text: string;
  printed: string[];
}

const BLOCK = /^```ts(?<how> no-run)?\n(?<code>[\s\S]*?)^```$/gm;
const IMPORT = /^import .*;\n/gm;
/** A line that prints, and what: two spaces in it stand between what a loop prints. */
const PRINTS = /console\.log\(.*\);? \/\/ (?<what>.+)$/gm;

/** The examples of `sdk/README.md`, those that can be run: in their order, as one module. */
export async function readmeProgram(): Promise<Program> {
  const readme = await Deno.readTextFile(path.join(ROOT, "sdk", "README.md"));
  const blocks = [...readme.matchAll(BLOCK)].flatMap(({ groups }) =>
    groups?.code === undefined || groups.how !== undefined ? [] : [groups.code]
  );
  const code = blocks.join("\n");
  const imports = [...code.matchAll(IMPORT)].map(([line]) => line);
  const printed = [...code.matchAll(PRINTS)]
    .flatMap(({ groups }) => groups?.what?.split("  ") ?? []);
  return { text: [...imports, code.replaceAll(IMPORT, "")].join(""), printed };
}
