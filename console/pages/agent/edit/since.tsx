import { Confirm } from "../../../ui/dialog.tsx";
import type { Saving } from "./use_save.ts";

/** Asks before a version is published over one that came since, from another tab or program. */
export function Since({ agent, base, saving: { action, since, leave } }: {
  agent: string;
  /** The version that the draft was begun from. */
  base: number;
  saving: Saving;
}) {
  if (since === undefined) return null;
  return (
    <Confirm
      title={`Publish over version ${since}?`}
      yes="Publish over it"
      act={() => action.run(true, since)}
      onClose={(done) => done || leave()}
    >
      <p>
        Version {since} was published since you began from version{" "}
        {base}. What you publish has nothing of it.
      </p>
      <p>
        <a href={`/agents/${agent}/versions`}>Compare them</a>: what you typed is kept in this tab.
      </p>
    </Confirm>
  );
}
