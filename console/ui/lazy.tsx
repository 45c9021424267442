import type { FunctionComponent } from "preact";
import { lazy } from "preact-iso";
import { useEffect } from "preact/hooks";
import { useAction } from "./load.ts";
import { ProblemView } from "./problem.tsx";

/**
 * A part of the console whose code is loaded when it is first drawn. When that fails, it says so in
 * its place: for want of a network, or since the console was renewed after this page was opened.
 */
export function lazyPart<P extends object>(
  load: () => Promise<FunctionComponent<P>>,
): FunctionComponent<P> {
  return lazy<FunctionComponent<P>>(() => load().catch(() => unloaded()));
}

/**
 * Stands in for a part until the console is loaded anew, since a browser may remember a file that
 * it could not load. Whoever comes back to it wants to see whether it can be loaded by now.
 */
function unloaded(): FunctionComponent {
  let isKnown = false;
  return function Unloaded() {
    const renewal = useAction(renew);
    useEffect(() => {
      if (isKnown) void renewal.run();
      isKnown = true;
    }, []);
    return (
      <div class="problem" role="alert">
        <h1>This part could not be loaded</h1>
        <p>
          The network may be gone, or the console was renewed since you opened it. What you typed
          elsewhere in this tab is kept.
        </p>
        <ProblemView error={renewal.error} />
        <button type="button" aria-busy={renewal.busy} onClick={() => void renewal.run()}>
          Reload the console
        </button>
      </div>
    );
  };
}

/** Loads the console anew, once its host can be reached: a browser's own error page leads nowhere. */
async function renew(): Promise<void> {
  const host = await fetch("/config.json", { cache: "no-store" }).catch(() => undefined);
  if (!host?.ok) throw new Error("The console's host cannot be reached yet.");
  location.reload();
}
