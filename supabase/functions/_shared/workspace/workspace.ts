/** A file as lists tell of it. */
export interface FileInfo {
  /** Relative, in whole segments: `reports/june.csv`, or `scratch/…` in the area of one run. */
  path: string;
  /** In bytes. */
  size: number;
  /** The media type that was found in its content when it was written. */
  type: string;
  /** SHA-256 of the content, in lower case hex: an entity tag. */
  sha256: string;
  /** ISO 8601. */
  modifiedAt: string;
}

/** A page of a listing, in the order of the paths. */
export interface Listing {
  files: FileInfo[];
  /** Whether there are more after the last one. */
  more: boolean;
}

/** Several changes that are one: all are made, or none. */
export interface Changes {
  /** Whole contents, by path. */
  write: ReadonlyMap<string, Uint8Array>;
  /** Paths to be removed first, as far as they are there. */
  remove: readonly string[];
}

/**
 * The files of one agent, and under `scratch/` those of one run. There are no directories: a path
 * with slashes is a name, and there are no links. Every method checks its path, and throws
 * `ToolRefusal` with `path_invalid`, `not_found`, `type_denied`, `infected`, `quota_exceeded`,
 * `conflict`, `run_ended`, `unavailable`, or `not_granted` (a write where only reading is granted).
 */
export interface Workspace {
  /** The whole content; `not_found` where there is none. */
  read(path: string): Promise<Uint8Array>;
  /** Several contents in few round trips, without those that are not there. */
  readMany(paths: readonly string[]): Promise<Map<string, Uint8Array>>;
  /** Creates or replaces a file, at once and whole. */
  write(path: string, bytes: Uint8Array): Promise<FileInfo>;
  /** Adds to the end of a file, or creates it; parallel appends all arrive, each in one piece. */
  append(path: string, bytes: Uint8Array): Promise<FileInfo>;
  /** Removes and writes several files in one transaction. */
  change(changes: Changes): Promise<FileInfo[]>;
  /** At most 1,000 files whose path begins with `prefix` (`""` is all), after the path `after`. */
  list(prefix: string, after?: string): Promise<Listing>;
  /** What is known of a file; `not_found` where there is none. */
  stat(path: string): Promise<FileInfo>;
  /** Removes a file; `not_found` where there is none. */
  remove(path: string): Promise<void>;
}
