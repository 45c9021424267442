const background = new Set<Promise<unknown>>();
const waitUntil = (work: Promise<unknown>) => void background.add(work);
Object.assign(globalThis, { EdgeRuntime: { waitUntil } });

/**
 * Waits for what the functions of this process do without their callers, as the platform does: runs
 * go on, and what was refused is written down within a second.
 */
export async function becomeQuiet(): Promise<void> {
  await Promise.all(background);
  background.clear();
}
