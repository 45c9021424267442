import { useState } from "preact/hooks";
import type { SecretRotation as Rotation } from "../../../sdk/wire.ts";
import { api } from "../../api.ts";
import { useAction } from "../../ui/load.ts";
import { Section } from "../../ui/page.tsx";
import { ProblemView } from "../../ui/problem.tsx";

/** Locks everybody's secrets by the current key, after the key was changed. */
export function SecretRotation() {
  const [rotation, setRotation] = useState<Rotation>();
  const action = useAction(async () => {
    setRotation(await api().request("POST", "/admin/secrets/rotate"));
  });
  return (
    <Section title="Key of the secrets">
      <p>After a new key was set: lock everybody's secrets by it, so that the old one can go.</p>
      <ProblemView error={action.error} />
      <button
        type="button"
        class="secondary"
        aria-busy={action.busy}
        onClick={() => action.run()}
      >
        Lock secrets anew
      </button>
      <p role="status">
        {rotation &&
          `${rotation.resealed} were locked anew, ${rotation.failed} could not be opened, ` +
            `${rotation.remaining} are left.`}
      </p>
    </Section>
  );
}
