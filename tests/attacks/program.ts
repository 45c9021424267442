import * as z from "zod";

const wantSchema = z.enum(["timeout", "memory", "limit", "refused", "error", "harmless", "ok"]);

/** What an attack program's first line announces. */
export type Want = z.infer<typeof wantSchema>;

/** A hostile (or, as a control, an honest) agent, read from a file. */
export interface Attack {
  name: string;
  want: Want;
  /** `pair-seq`: two tenants one after the other; `pair-par`: at the same time. */
  run: "once" | "pair-seq" | "pair-par";
  attempted: string;
  /** Whether a naive Deno Worker was seen not to hold it. */
  breachesNaively: boolean;
  /** It may be played beside strangers' runs: bounded in time and memory, and asking for no tool. */
  safe: boolean;
  source: string;
}

/** Reads all `*.js` of a folder, by name. Throws when a first line is not of the format. */
export async function readAttacks(folder: string | URL): Promise<Attack[]> {
  const files: string[] = [];
  for await (const { name } of Deno.readDir(folder)) if (name.endsWith(".js")) files.push(name);
  const base = folder instanceof URL ? folder.pathname : folder;
  return await Promise.all(
    files.sort().map(async (file) => {
      return parseAttack(file.replace(/\.js$/, ""), await Deno.readTextFile(`${base}/${file}`));
    }),
  );
}

function parseAttack(name: string, source: string): Attack {
  const header = /^\/\/ want=(\w+)([^|]*)\|([^|]*)\| *(.+)/.exec(source);
  if (!header) throw new Error(`${name}: the first line does not say what is wanted`);
  const [, want, options = "", naive = "", attempted = ""] = header;
  const run = /run=(pair-seq|pair-par)/.exec(options)?.[1];
  return {
    name,
    want: wantSchema.parse(want),
    run: z.enum(["once", "pair-seq", "pair-par"]).parse(run ?? "once"),
    attempted,
    breachesNaively: naive.includes("breaches"),
    safe: /\bsafe\b/.test(options),
    source,
  };
}
