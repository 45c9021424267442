import type { Log } from "../../_shared/log.ts";
import { ToolRefusal } from "../../_shared/policy/refusal.ts";
import type { Service } from "../../_shared/service.ts";
import type { Keeping, Packed } from "../../_shared/workspace/keeping.ts";
import { checkPath, checkPrefix } from "../../_shared/workspace/path.ts";
import type { Changes, FileInfo, Listing, Workspace } from "../../_shared/workspace/workspace.ts";
import { appendTo } from "./append.ts";
import { told } from "./refusal.ts";
import * as repo from "./repo.ts";

/** What a workspace takes and gives, for the tools that work on one. */
export type { Changes, FileInfo, Listing, Workspace } from "../../_shared/workspace/workspace.ts";

/** Which run opens its workspace, and what its policy and the operator both grant of it. */
export interface Opening {
  run: string;
  service: Service;
  signal: AbortSignal;
  access: "read" | "write";
  /** Of the agent's files together, and of the run's scratch files together. */
  maxBytes: number;
  maxFiles: number;
}

/** Opens the workspace of a run. Nothing is read or checked before the first call. */
export type OpenWorkspace = (opening: Opening) => Workspace;

const PAGE = 1_000;
const MAX_READ = 100;

/** Workspaces of runs, kept in the database and wherever `keeping` keeps what is large. */
export function createOpenWorkspace(keeping: Keeping, log: Log): OpenWorkspace {
  return (opening) => new RunWorkspace(opening, keeping, log);
}

class RunWorkspace implements Workspace {
  readonly #opening: Opening;
  readonly #keeping: Keeping;
  readonly #log: Log;

  constructor(opening: Opening, keeping: Keeping, log: Log) {
    this.#opening = opening;
    this.#keeping = keeping;
    this.#log = log;
  }

  read(path: string): Promise<Uint8Array> {
    return told(async () => {
      const found = await this.#find(path);
      return found?.bytes ?? refuseMissing();
    });
  }

  readMany(paths: readonly string[]): Promise<Map<string, Uint8Array>> {
    return told(async () => {
      paths.forEach(checkPath);
      const { run, service } = this.#opening;
      const found = new Map<string, Uint8Array>();
      for (let rest = [...new Set(paths)]; rest.length > 0;) {
        const kept = await repo.readFiles(service, run, rest.slice(0, MAX_READ));
        const full: string[] = [];
        for (const file of kept) {
          const bytes = await this.#keeping.unpack(file);
          if (bytes === undefined) full.push(file.path);
          else found.set(file.path, bytes);
        }
        rest = [...full, ...rest.slice(MAX_READ)];
      }
      return found;
    });
  }

  async write(path: string, bytes: Uint8Array): Promise<FileInfo> {
    return only(await this.change({ write: new Map([[path, bytes]]), remove: [] }));
  }

  append(path: string, bytes: Uint8Array): Promise<FileInfo> {
    return told(() => {
      this.#refuseReadOnly();
      checkPath(path);
      return appendTo(`${this.#opening.run}:${path}`, bytes, {
        find: () => this.#find(path),
        write: async (whole, expected) =>
          only(await this.#commit({ write: new Map([[path, whole]]), remove: [] }, expected)),
      });
    });
  }

  change(changes: Changes): Promise<FileInfo[]> {
    return told(() => {
      this.#refuseReadOnly();
      [...changes.write.keys(), ...changes.remove].forEach(checkPath);
      return this.#commit(changes);
    });
  }

  list(prefix: string, after = ""): Promise<Listing> {
    return told(async () => {
      checkPrefix(prefix);
      checkPrefix(after);
      const { run, service } = this.#opening;
      const stretch = { run, prefix, after, howMany: PAGE + 1 };
      const files = await repo.listFiles(service, stretch);
      return { files: files.slice(0, PAGE), more: files.length > PAGE };
    });
  }

  stat(path: string): Promise<FileInfo> {
    return told(async () => {
      checkPath(path);
      const { run, service } = this.#opening;
      const [first] = await repo.listFiles(service, { run, prefix: path, after: "", howMany: 1 });
      return first?.path === path ? first : refuseMissing();
    });
  }

  remove(path: string): Promise<void> {
    return told(async () => {
      this.#refuseReadOnly();
      checkPath(path);
      await repo.removeFile(this.#opening.service, this.#opening.run, path);
      this.#keeping.tidy(this.#opening.service, this.#log);
    });
  }

  async #find(path: string): Promise<{ bytes: Uint8Array; sha256: string } | undefined> {
    checkPath(path);
    const [file] = await repo.readFiles(this.#opening.service, this.#opening.run, [path]);
    const bytes = file && await this.#keeping.unpack(file);
    return file && bytes && { bytes, sha256: file.sha256 };
  }

  /** Looks at every content before the first is kept. What could not be written is not left over. */
  async #commit({ write, remove }: Changes, expected?: string): Promise<FileInfo[]> {
    const { run, service, signal, maxBytes, maxFiles } = this.#opening;
    const types = new Map<string, string>();
    for (const [path, bytes] of write) {
      types.set(path, await this.#keeping.examine(path, bytes, signal));
    }
    const packed: Packed[] = [];
    const files: repo.Sent[] = [];
    try {
      for (const [path, bytes] of write) {
        const pack = await this.#keeping.pack(
          bytes,
          (size) => repo.announceObject(service, run, size),
        );
        packed.push(pack);
        const type = types.get(path) ?? "";
        files.push({ ...pack, path, type, ...(expected !== undefined && { expected }) });
      }
      const batch = { run, files, removed: remove, maxBytes, maxFiles };
      const written = await repo.writeFiles(service, batch);
      this.#keeping.tidy(service, this.#log);
      return written;
    } catch (err) {
      await this.#keeping.discard(packed, service, this.#log);
      throw err;
    }
  }

  #refuseReadOnly(): void {
    if (this.#opening.access === "write") return;
    throw new ToolRefusal("not_granted", "The agent's policy grants reading files alone.");
  }
}

function only(files: FileInfo[]): FileInfo {
  const [file] = files;
  if (file === undefined) throw new Error("The database wrote no file");
  return file;
}

function refuseMissing(): never {
  throw new ToolRefusal("not_found", "There is no such file.");
}
