import { useState } from "preact/hooks";
import { type Agent, CloisterError, type Finding, type Version } from "../../../../sdk/mod.ts";
import { api } from "../../../api.ts";
import { type Action, useAction } from "../../../ui/load.ts";
import { toast } from "../../../ui/toast.tsx";
import { versionOf } from "./save.ts";
import type { Found } from "./source.tsx";
import type { Editing } from "./use_draft.ts";

/** The saving of a draft, what its check found, and what stands in its way. */
export interface Saving {
  /** Saves; publishes too, unless somebody else did so since, but for the version `over`. */
  readonly action: Action<[publish: boolean, over?: number]>;
  readonly found: Found;
  /** The version that was published since the draft was begun, once somebody wants to publish. */
  readonly since: number | undefined;
  /** Thinks better of publishing over it. */
  leave(): void;
}

/** Saves a draft as a version. Another tab's version is never published over without a question. */
export function useSave(
  { name }: Agent,
  version: Version,
  { draft, restart }: Editing,
  onSaved: () => void,
): Saving {
  const [found, setFound] = useState<Found>(version);
  const [since, setSince] = useState<number>();
  const action = useAction(async (publish: boolean, over?: number) => {
    const { agents } = api();
    const { current_version: current } = await agents.get(name);
    const isOurs = current === draft.published || current === over;
    setSince(isOurs || !publish ? undefined : current);
    if (publish && !isOurs) return;
    try {
      const saved = await agents.versions.create(name, { ...versionOf(draft), publish });
      setFound(saved);
      restart(saved, publish && saved.approval !== "needed" ? saved.version : current);
      toast(said(saved, publish));
      onSaved();
    } catch (error) {
      setFound({ source: draft.source, findings: findingsOf(error) });
      throw error;
    }
  });
  return { action, found, since, leave: () => setSince(undefined) };
}

function said({ version, approval }: Version, publish: boolean): string {
  if (approval === "needed") {
    return `Version ${version} is saved and waits for your approval: see Versions.`;
  }
  return `Version ${version} is ${publish ? "published" : "saved"}.`;
}

/** What the check of a refused source remarked, by its lines. */
function findingsOf(error: unknown): Finding[] {
  if (!(error instanceof CloisterError)) return [];
  return error.errors.flatMap(({ message, line, column = 1, code, severity }) =>
    line === undefined
      ? []
      : [{ severity: severity === "warning" ? "warning" : "error", code, message, line, column }]
  );
}
