import { useCallback, useEffect, useRef, useState } from "preact/hooks";
import { account, expire, signIns } from "../session/session.ts";
import { problemOf } from "./problem.tsx";

/** What a page loads: what came last stays visible while it is loaded anew. */
export interface Loaded<T> {
  readonly data: T | undefined;
  readonly error: unknown;
  readonly loading: boolean;
  reload(): void;
}

/**
 * Loads when the page opens, when `on` changes, and when somebody signs in again. What is not
 * waited for any more is aborted.
 */
export function useLoad<T>(
  load: (signal: AbortSignal) => Promise<T>,
  on: readonly unknown[] = [],
): Loaded<T> {
  const [state, setState] = useState<Omit<Loaded<T>, "reload">>({
    data: undefined,
    error: undefined,
    loading: true,
  });
  const [turn, setTurn] = useState(0);
  useEffect(() => {
    const gone = new AbortController();
    setState((before) => ({ ...before, loading: true }));
    load(gone.signal).then(
      (data) => gone.signal.aborted || setState({ data, error: undefined, loading: false }),
      (error) => {
        if (gone.signal.aborted) return;
        noticeEnd(error);
        setState((before) => ({ ...before, error, loading: false }));
      },
    );
    return () => gone.abort();
  }, [turn, signIns.value, ...on]);
  return { ...state, reload: useCallback(() => setTurn((turn) => turn + 1), []) };
}

/** Something that a person starts: a button's work, a form's sending. */
export interface Action<A extends readonly unknown[]> {
  /** Starts it, unless it is under way. Resolves to whether it succeeded; never rejects. */
  run(...args: A): Promise<boolean>;
  readonly busy: boolean;
  readonly error: unknown;
  clear(): void;
}

/** An action with its state. Its failure is kept for a {@link ProblemView} until the next try. */
export function useAction<A extends readonly unknown[]>(
  act: (...args: A) => Promise<unknown>,
): Action<A> {
  const [state, setState] = useState<{ busy: boolean; error: unknown }>({
    busy: false,
    error: undefined,
  });
  const busy = useRef(false);
  const run = async (...args: A) => {
    if (busy.current) return false;
    busy.current = true;
    setState({ busy: true, error: undefined });
    const who = account.value?.id;
    let error: unknown;
    try {
      await act(...args);
    } catch (thrown) {
      // The end of another account's session is none of the one that works now.
      if (account.value?.id === who) noticeEnd(thrown);
      error = thrown ?? new Error("Something failed");
    }
    busy.current = false;
    setState({ busy: false, error });
    return error === undefined;
  };
  return { ...state, run, clear: () => setState({ busy: false, error: undefined }) };
}

/**
 * A session that ended is met by a dialog, not by a page full of errors. For failures that neither
 * {@link useLoad} nor {@link useAction} sees: of streams, say.
 */
export function noticeEnd(error: unknown): void {
  if (problemOf(error).status === 401) expire();
}
