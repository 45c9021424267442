import { createHash } from "node:crypto";
import { join, relative } from "node:path";

/** How long a build lies unused before another one removes it. */
const KEPT_MS = 24 * 3_600_000;

/** What the console is made of, from the repository's root. */
const SOURCES = ["console", "sdk", "docs", "README.md", "SECURITY.md"];
const NO_SOURCE = new Set(["node_modules", "dist", ".deno"]);

/** A finished build: a folder, and the names of the files in it. */
export interface Build {
  readonly dir: string;
  has(name: string): boolean;
}

/** Builds of the console, each kept under the hash of what it was made of. */
export interface Builds {
  /** Of the sources as they are now: made when there is none yet. */
  newest(): Promise<Build | undefined>;
  /** The one that was last asked for, without a look at the sources. */
  current(): Promise<Build | undefined>;
}

/**
 * Builds in `.cloister/console` of the repository. When the sources cannot be built, the build
 * before them is served on, and `log` says why. Unless it `follows` them, the first build stays.
 */
export function openBuilds(
  root: string,
  { follows, log }: { follows: boolean; log: (line: string) => void },
): Builds {
  const kept = join(root, ".cloister/console");
  let last: Promise<Build | undefined> = Promise.resolve(undefined);
  let hash = "";
  const use = async () => {
    const build = await last;
    return build !== undefined && await touch(build.dir) ? build : undefined;
  };
  const renew = async () => {
    const before = last;
    const now = await hashOf(root);
    if (now === hash) {
      const build = await use();
      // Gone by now, and perhaps made anew by another request already.
      if (build !== undefined || last !== before) return build ?? await last;
    }
    hash = now;
    last = make(root, join(kept, now)).catch((error) => {
      log(`the console could not be built: ${error instanceof Error ? error.message : error}`);
      hash = "";
      return before;
    });
    return await last;
  };
  const current = async () => await use() ?? await renew();
  return { newest: follows ? renew : current, current };
}

/** The build in `dir`, made there unless somebody has: it appears whole or not at all. */
async function make(root: string, dir: string): Promise<Build> {
  if (!await touch(dir)) {
    const draft = `${dir}.${Deno.pid}`;
    await run(root, draft);
    // Another process may have been faster.
    await Deno.rename(draft, dir).catch(() => Deno.remove(draft, { recursive: true }));
    await forget(join(dir, ".."));
  }
  const names = new Set<string>();
  for await (const path of walk(dir)) names.add(relative(dir, path));
  return { dir, has: (name) => names.has(name) };
}

/** Keeps a build for another day, since it is used. False when it is gone. */
async function touch(dir: string): Promise<boolean> {
  const now = new Date();
  return await Deno.utime(dir, now, now).then(() => true, () => false);
}

/** Removes what nobody has used since yesterday, whole at once, unless another process was faster. */
async function forget(kept: string): Promise<void> {
  for await (const { name } of Deno.readDir(kept)) {
    const { mtime } = await Deno.stat(join(kept, name)).catch(() => ({ mtime: null }));
    if (mtime === null || Date.now() - mtime.getTime() < KEPT_MS) continue;
    const gone = join(kept, `${name}.gone`);
    await Deno.rename(join(kept, name), gone)
      .then(() => Deno.remove(gone, { recursive: true }))
      .catch(() => {});
  }
}

async function run(root: string, out: string): Promise<void> {
  const { success, stderr } = await new Deno.Command(Deno.execPath(), {
    args: ["run", "-A", "--config", "console/deno.json", "console/build/main.ts", "--out", out],
    cwd: root,
    stdout: "null",
    stderr: "piped",
  }).output();
  if (!success) throw new Error(new TextDecoder().decode(stderr).trim());
}

async function hashOf(root: string): Promise<string> {
  const paths: string[] = [];
  for (const source of SOURCES) {
    for await (const path of walk(join(root, source))) paths.push(path);
  }
  const hash = createHash("sha256");
  for (const path of paths.sort()) {
    hash.update(`${relative(root, path)}\0`).update(await Deno.readFile(path));
  }
  return hash.digest("hex").slice(0, 24);
}

/** The files below a folder, or the file itself. */
async function* walk(folder: string): AsyncGenerator<string> {
  if ((await Deno.stat(folder)).isFile) return yield folder;
  for await (const { name, isDirectory } of Deno.readDir(folder)) {
    if (NO_SOURCE.has(name)) continue;
    const path = join(folder, name);
    if (isDirectory) yield* walk(path);
    else yield path;
  }
}
