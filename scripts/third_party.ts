import * as path from "node:path";
import * as z from "zod";
import { run } from "./graph.ts";

const Info = z.object({
  npmPackages: z.record(z.string(), z.object({ name: z.string(), version: z.string() })),
});
const Caches = z.object({ npmCache: z.string() });
const Manifest = z.object({ license: z.string() });

/** What licences of npm packages ask for in a bundle that holds them: each with its own text. */
export async function describeThirdParty(entry: string): Promise<string> {
  const info = await run(Deno.execPath(), ["info", "--json", "--no-lock", entry]);
  const { npmCache } = Caches.parse(JSON.parse(await run(Deno.execPath(), ["info", "--json"])));
  const packages = Object.values(Info.parse(JSON.parse(info)).npmPackages)
    .sort((a, b) => a.name < b.name ? -1 : 1);
  const parts = packages.map(async ({ name, version }) => {
    const folder = path.join(npmCache, "registry.npmjs.org", name, version);
    const text = await Deno.readTextFile(path.join(folder, "package.json"));
    const { license } = Manifest.parse(JSON.parse(text));
    return `${name} ${version}: ${license}\n\n${await licenceIn(folder) ?? ""}`.trimEnd();
  });
  return `${(await Promise.all(parts)).join(`\n\n${"-".repeat(72)}\n\n`)}\n`;
}

async function licenceIn(folder: string): Promise<string | undefined> {
  for await (const { name } of Deno.readDir(folder)) {
    if (/^licen[cs]e(\.\w+)?$/i.test(name)) return await Deno.readTextFile(path.join(folder, name));
  }
}
