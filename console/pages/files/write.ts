/** What became of several files that were to be written. */
export interface Written {
  /** How many were. */
  readonly count: number;
  /** Those whose name is taken. */
  readonly taken: readonly File[];
  /** Those that were refused or did not get through, each with why. */
  readonly failed: readonly { readonly file: File; readonly error: unknown }[];
}

/**
 * Writes files one after the other. One that fails keeps none of the others from being written.
 * `write` resolves to `false` where there is a file of that name.
 */
export async function writeAll(
  files: readonly File[],
  write: (file: File) => Promise<boolean>,
): Promise<Written> {
  const taken: File[] = [];
  const failed: { file: File; error: unknown }[] = [];
  for (const file of files) {
    try {
      if (!await write(file)) taken.push(file);
    } catch (error) {
      failed.push({ file, error });
    }
  }
  return { count: files.length - taken.length - failed.length, taken, failed };
}
