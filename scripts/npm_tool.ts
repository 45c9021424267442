import * as path from "node:path";
import { ROOT } from "./graph.ts";

/** An executable that an npm package carries for this kind of machine. */
export interface NpmTool {
  /** Package names by `<os>-<arch>` as `Deno.build` spells them. */
  packages: Partial<Record<string, string>>;
  version: string;
  /** The executable's path inside the package. */
  file: string;
}

/**
 * The path of a tool's executable; undefined where npm has none for this machine. npm's cache is
 * not ours to change and may drop the executable bit, so the file is copied into the state folder.
 */
export async function npmTool({ packages, version, file }: NpmTool): Promise<string | undefined> {
  const name = packages[`${Deno.build.os}-${Deno.build.arch}`];
  if (name === undefined) return undefined;
  const folder = path.join(ROOT, ".cloister", "bin");
  const target = path.join(folder, `${path.basename(file)}-${version}`);
  if (await exists(target)) return target;
  const manifest = `npm:${name}@${version}/package.json`;
  await import(manifest, { with: { type: "json" } });
  await Deno.mkdir(folder, { recursive: true });
  const draft = await Deno.makeTempFile({ dir: folder });
  await Deno.copyFile(new URL(file, import.meta.resolve(manifest)), draft);
  await Deno.chmod(draft, 0o755);
  await Deno.rename(draft, target);
  return target;
}

async function exists(file: string): Promise<boolean> {
  return await Deno.stat(file).then(() => true, () => false);
}
