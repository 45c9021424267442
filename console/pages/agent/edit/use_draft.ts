import { useEffect, useMemo, useState } from "preact/hooks";
import type { Agent, Version } from "../../../../sdk/mod.ts";
import { account } from "../../../session/session.ts";
import { type Draft, draftOf, isSame, keep, recall } from "./draft.ts";

/** What is being written for an agent. */
export interface Editing {
  readonly draft: Draft;
  /** Whether anything differs from the version that it was begun from. */
  readonly isChanged: boolean;
  change(patch: Partial<Draft>): void;
  /** Begins anew from a version that was saved, while the version `published` runs. */
  restart(version: Version, published: number): void;
  /** Goes back to what it was begun from: the changes are gone. */
  discard(): void;
}

/**
 * The draft of an agent's next version: kept in this tab until it is saved, whatever happens to
 * the page. The browser asks before a tab with changes is closed.
 */
export function useDraft({ id, name, current_version }: Agent, version: Version): Editing {
  const person = account.value?.id ?? "";
  const [begun, setBegun] = useState(() => draftOf(name, version, current_version));
  const [draft, setDraft] = useState(() => recall(sessionStorage, person, id) ?? begun);
  const isChanged = useMemo(() => !isSame(begun, draft), [begun, draft]);
  useEffect(() => keep(sessionStorage, person, id, isChanged ? draft : undefined), [
    draft,
    isChanged,
  ]);
  useEffect(() => {
    if (!isChanged) return;
    const ask = (event: Event) => event.preventDefault();
    addEventListener("beforeunload", ask);
    return () => removeEventListener("beforeunload", ask);
  }, [isChanged]);
  return {
    draft,
    isChanged,
    change: (patch) => setDraft((before) => ({ ...before, ...patch })),
    restart: (from, published) => {
      const fresh = draftOf(name, from, published);
      setBegun(fresh);
      setDraft(fresh);
    },
    discard: () => setDraft(begun),
  };
}
