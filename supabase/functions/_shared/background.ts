declare const EdgeRuntime:
  | { waitUntil(work: Promise<unknown>): void }
  | undefined;

/** Keeps the isolate alive until `work` settles, where the platform ends idle isolates. */
export function keepAlive(work: Promise<unknown>): void {
  if (typeof EdgeRuntime !== "undefined") EdgeRuntime.waitUntil(work);
}
