import { useEffect, useMemo, useReducer } from "preact/hooks";
import { expire, signIns } from "../../session/session.ts";
import { problemOf } from "../../ui/problem.tsx";
import { RunWatch } from "./watch.ts";

/** A run that a page looks at. */
export interface WatchedRun {
  readonly watch: RunWatch;
  /** Goes on after a failure, where it was. */
  retry(): void;
}

/** Watches a run while its page is open, and goes on when somebody signs in again. */
export function useRun(id: string): WatchedRun {
  const [, draw] = useReducer((count: number) => count + 1, 0);
  const [turn, retry] = useReducer((count: number) => count + 1, 0);
  const watch = useMemo(() => new RunWatch(id, () => draw(undefined)), [id]);
  useEffect(() => {
    const gone = new AbortController();
    watch.watch(gone.signal).then(() => {
      if (problemOf(watch.error).status === 401) expire();
    });
    return () => gone.abort();
  }, [watch, turn, signIns.value]);
  return { watch, retry: () => retry(undefined) };
}
