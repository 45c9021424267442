import type { FsStat, IFileSystem } from "just-bash";
import { type Bytes, decodeUtf8, encodeUtf8, unitsOf } from "./bytes.ts";

/** A file of the workspace before the line begins. */
export interface Known {
  path: string;
  size: number;
  /** ISO 8601. */
  modified_at: string;
}

/** What a line did to the workspace. */
export interface Changes {
  write: [path: string, content: Bytes][];
  remove: string[];
}

interface Node {
  /** Undefined for a directory. */
  file: { size: number; content: Bytes | undefined; origin: string; dirty: boolean } | undefined;
  mtime: Date;
}

/** Where the workspace is seen. What is elsewhere is forgotten with the line. */
export const ROOT = "/workspace";
const PLACES = ["/", ROOT, "/tmp", "/dev"];

/**
 * The workspace as a file system: listed once, read where something asks for it, changed in memory
 * alone. There are no links, and no permissions but the workspace's own.
 */
export class WorkFiles implements IFileSystem {
  /** Whether something of the workspace was looked at, or for. */
  looked = false;
  readonly #nodes = new Map<string, Node>();
  readonly #known: ReadonlySet<string>;

  constructor(files: readonly Known[], readonly load: (path: string) => Promise<Bytes>) {
    for (const place of PLACES) this.#nodes.set(place, directory());
    this.#nodes.set("/dev/null", { ...directory(), file: fileOf("") });
    for (const { path, size, modified_at } of files) {
      const file = { size, content: undefined, origin: path, dirty: false };
      this.#makeParents(`${ROOT}/${path}`);
      this.#nodes.set(`${ROOT}/${path}`, { file, mtime: new Date(modified_at) });
    }
    this.#known = new Set(files.map(({ path }) => path));
  }

  /** What is to be done to the workspace, in the order of the paths. */
  async changes(): Promise<Changes> {
    const write: Changes["write"] = [];
    const prefix = `${ROOT}/`;
    for (const [path, { file }] of this.#nodes) {
      if (!path.startsWith(prefix) || !file?.dirty) continue;
      write.push([path.slice(prefix.length), await this.#content(path)]);
    }
    const remove = [...this.#known].filter((path) => !this.#nodes.get(prefix + path)?.file);
    return { write: write.sort(([a], [b]) => a < b ? -1 : 1), remove: remove.sort() };
  }

  async readFile(path: string): Promise<string> {
    return decodeUtf8(await this.#content(this.resolvePath("/", path)));
  }

  /** To the package bytes are an opaque type that nobody else can make. */
  readFileBytes(path: string): Promise<never>;
  readFileBytes(path: string): Promise<Bytes> {
    return this.#content(this.resolvePath("/", path));
  }

  async readFileBuffer(path: string): Promise<Uint8Array> {
    const content = await this.#content(this.resolvePath("/", path));
    return Uint8Array.from(content, (unit) => unit.charCodeAt(0));
  }

  // deno-lint-ignore require-await -- a failure is a rejection
  async writeFile(path: string, content: string | Uint8Array, options?: unknown): Promise<void> {
    this.#put(this.resolvePath("/", path), bytesOf(content, options));
  }

  async appendFile(path: string, content: string | Uint8Array, options?: unknown): Promise<void> {
    const at = this.resolvePath("/", path);
    const before = this.#nodes.has(at) ? await this.#content(at) : "";
    this.#put(at, before + bytesOf(content, options));
  }

  exists(path: string): Promise<boolean> {
    const at = this.resolvePath("/", path);
    this.#look(at);
    return Promise.resolve(this.#nodes.has(at));
  }

  // deno-lint-ignore require-await -- a failure is a rejection
  async stat(path: string): Promise<FsStat> {
    const { file, mtime } = this.#find(this.resolvePath("/", path), "stat");
    const kind = { isFile: file !== undefined, isDirectory: file === undefined };
    const mode = file ? 0o644 : 0o755;
    return { ...kind, isSymbolicLink: false, mode, size: file?.size ?? 0, mtime };
  }

  lstat(path: string): Promise<FsStat> {
    return this.stat(path);
  }

  // deno-lint-ignore require-await -- a failure is a rejection
  async mkdir(path: string, { recursive }: { recursive?: boolean } = {}): Promise<void> {
    const at = this.resolvePath("/", path);
    const there = this.#nodes.get(at);
    if (there && !(recursive && !there.file)) throw failure("EEXIST", "file exists", "mkdir", at);
    if (recursive) this.#makeParents(at);
    else this.#parent(at, "mkdir");
    if (!/^\/(?:workspace|tmp)\//.test(at)) throw failure("EROFS", "read-only", "mkdir", at);
    this.#nodes.set(at, directory());
  }

  async readdir(path: string): Promise<string[]> {
    return (await this.readdirWithFileTypes(path)).map(({ name }) => name);
  }

  // deno-lint-ignore require-await -- a failure is a rejection
  async readdirWithFileTypes(path: string) {
    const at = this.resolvePath("/", path);
    if (this.#find(at, "scandir").file) throw failure("ENOTDIR", "not a directory", "scandir", at);
    return this.#below(at)
      .filter((entry) => !entry.slice(prefixOf(at).length).includes("/"))
      .map((entry) => ({ name: entry.slice(prefixOf(at).length), isSymbolicLink: false, entry }))
      .map(({ entry, ...item }) => {
        const isFile = this.#nodes.get(entry)?.file !== undefined;
        return { ...item, isFile, isDirectory: !isFile };
      })
      .sort((a, b) => a.name < b.name ? -1 : 1);
  }

  // deno-lint-ignore require-await -- a failure is a rejection
  async rm(
    path: string,
    { recursive, force }: { recursive?: boolean; force?: boolean } = {},
  ): Promise<void> {
    const at = this.resolvePath("/", path);
    if (!this.#nodes.has(at) && force) return;
    const node = this.#find(at, "rm");
    if (PLACES.includes(at)) throw failure("EPERM", "operation not permitted", "rm", at);
    const below = node.file ? [] : this.#below(at);
    if (below.length > 0 && !recursive) throw failure("ENOTEMPTY", "directory not empty", "rm", at);
    for (const entry of [at, ...below]) this.#nodes.delete(entry);
  }

  async cp(source: string, target: string, options: { recursive?: boolean } = {}): Promise<void> {
    const [from, to] = [this.resolvePath("/", source), this.resolvePath("/", target)];
    const { file } = this.#find(from, "cp");
    if (file) return this.#put(to, await this.#content(from));
    if (!options.recursive) throw failure("EISDIR", "is a directory", "cp", from);
    if (`${to}/`.startsWith(prefixOf(from))) throw failure("EINVAL", "into itself", "cp", to);
    this.#makeParents(`${to}/.`);
    for (const entry of this.#below(from)) {
      const copy = to + entry.slice(from.length);
      if (this.#nodes.get(entry)?.file) this.#put(copy, await this.#content(entry));
      else this.#makeParents(`${copy}/.`);
    }
  }

  async mv(source: string, target: string): Promise<void> {
    if (this.resolvePath("/", source) === this.resolvePath("/", target)) return;
    await this.cp(source, target, { recursive: true });
    await this.rm(source, { recursive: true });
  }

  resolvePath(base: string, path: string): string {
    const parts: string[] = [];
    for (const part of `${path.startsWith("/") ? "" : base}/${path}`.split("/")) {
      if (part === "..") parts.pop();
      else if (part !== "" && part !== ".") parts.push(part);
    }
    return `/${parts.join("/")}`;
  }

  getAllPaths(): string[] {
    this.looked = true;
    return [...this.#nodes.keys()];
  }

  // deno-lint-ignore require-await -- a failure is a rejection
  async realpath(path: string): Promise<string> {
    const at = this.resolvePath("/", path);
    this.#find(at, "realpath");
    return at;
  }

  // deno-lint-ignore require-await -- a failure is a rejection
  async utimes(path: string, _atime: Date, mtime: Date): Promise<void> {
    this.#find(this.resolvePath("/", path), "utimes").mtime = mtime;
  }

  chmod = refuse("chmod");
  symlink = refuse("symlink");
  link = refuse("link");
  readlink = refuse("readlink");

  #look(at: string): void {
    if (at.startsWith(`${ROOT}/`)) this.looked = true;
  }

  #find(at: string, what: string): Node {
    this.#look(at);
    const node = this.#nodes.get(at);
    if (!node) throw failure("ENOENT", "no such file or directory", what, at);
    return node;
  }

  async #content(at: string): Promise<Bytes> {
    const { file } = this.#find(at, "open");
    if (!file) throw failure("EISDIR", "illegal operation on a directory", "read", at);
    return file.content ??= await this.load(file.origin);
  }

  #put(at: string, content: Bytes): void {
    if (at === "/dev/null") return;
    // The workspace has no directories: a path with slashes is a name.
    if (at.startsWith(`${ROOT}/`)) this.#makeParents(at);
    else if (!at.startsWith("/tmp/")) throw failure("EROFS", "read-only file system", "open", at);
    this.#parent(at, "open");
    const there = this.#nodes.get(at);
    if (there && !there.file) {
      throw failure("EISDIR", "illegal operation on a directory", "open", at);
    }
    this.#nodes.set(at, { file: { ...fileOf(content), dirty: true }, mtime: new Date() });
  }

  #parent(at: string, what: string): void {
    if (this.#find(this.resolvePath(at, ".."), what).file) {
      throw failure("ENOTDIR", "not a directory", what, at);
    }
  }

  #makeParents(at: string): void {
    const segments = at.split("/").slice(1, -1);
    segments.forEach((_, index) => {
      const place = `/${segments.slice(0, index + 1).join("/")}`;
      const there = this.#nodes.get(place);
      if (there?.file) throw failure("ENOTDIR", "not a directory", "mkdir", place);
      if (!there) this.#nodes.set(place, directory());
    });
  }

  #below(at: string): string[] {
    if (ROOT.startsWith(at)) this.looked = true;
    return [...this.#nodes.keys()].filter((path) => path !== at && path.startsWith(prefixOf(at)));
  }
}

function prefixOf(at: string): string {
  return at === "/" ? "/" : `${at}/`;
}

function directory(): Node {
  return { file: undefined, mtime: new Date() };
}

function fileOf(content: Bytes) {
  return { size: content.length, content, origin: "", dirty: false };
}

function bytesOf(content: string | Uint8Array, options: unknown): Bytes {
  if (typeof content !== "string") return unitsOf(content);
  const encoding = typeof options === "object" && options !== null && "encoding" in options
    ? options.encoding
    : options;
  return encoding === "binary" || encoding === "latin1" ? content : encodeUtf8(content);
}

/** What a file system refuses, in Node's words. */
export class FileFailure extends Error {
  constructor(readonly code: string, why: string, what: string, at: string) {
    super(`${code}: ${why}, ${what} '${at}'`);
  }
}

function failure(code: string, why: string, what: string, at: string): FileFailure {
  return new FileFailure(code, why, what, at);
}

function refuse(what: string): (path: string) => Promise<never> {
  return (at) => Promise.reject(failure("EPERM", "operation not permitted", what, at));
}
