import type { File as FileEntry } from "../../../sdk/mod.ts";

/** What stands in one folder: folders first, each by its name. */
export interface Folder {
  readonly folders: readonly string[];
  readonly files: readonly FileEntry[];
}

/**
 * The workspace has paths only: what follows `prefix` up to a slash is a folder in it. `prefix` is
 * empty or ends with a slash.
 */
export function folderOf(entries: readonly FileEntry[], prefix: string): Folder {
  const folders = new Set<string>();
  const files: FileEntry[] = [];
  for (const entry of entries) {
    if (!entry.path.startsWith(prefix)) continue;
    const rest = entry.path.slice(prefix.length);
    const slash = rest.indexOf("/");
    if (slash < 0) files.push(entry);
    else folders.add(rest.slice(0, slash));
  }
  return { folders: [...folders].sort(), files };
}

/** The folders above a prefix, the workspace itself first: what each is called, and its prefix. */
export function trailOf(prefix: string): readonly (readonly [name: string, prefix: string])[] {
  const names = prefix.split("/").slice(0, -1);
  return [
    ["Files", ""],
    ...names.map((name, index) => [name, `${names.slice(0, index + 1).join("/")}/`] as const),
  ];
}
