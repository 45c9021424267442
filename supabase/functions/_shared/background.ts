declare const EdgeRuntime:
  | { waitUntil(work: Promise<unknown>): void }
  | undefined;

/** Keeps the isolate alive until `work` settles, where the platform ends idle isolates. */
export function keepAlive(work: Promise<unknown>): void {
  if (typeof EdgeRuntime !== "undefined") EdgeRuntime.waitUntil(work);
}

/** Calls `end` when the platform takes the isolate down, and asks it to wait for that. */
export function onShutdown(end: () => Promise<unknown>): void {
  addEventListener("beforeunload", () => keepAlive(end()), { once: true });
}
