import { useState } from "preact/hooks";
import type { Quarantine } from "../../../sdk/wire.ts";
import { api } from "../../api.ts";
import { useLoad } from "../../ui/load.ts";
import { ProblemView } from "../../ui/problem.tsx";
import { Time } from "../../ui/time.tsx";
import { toast } from "../../ui/toast.tsx";
import { Text } from "./parts/facts.tsx";
import { ReasonDialog } from "./parts/reason.tsx";

/** Says whether everything is stopped, and stops it. `turn` changes when something was held. */
export function KillSwitch({ turn, changed, release }: {
  turn: number;
  changed(): void;
  release(quarantine: Quarantine): void;
}) {
  const [asking, setAsking] = useState(false);
  const held = useLoad(async (signal) => {
    const query = { kind: "everything", state: "active", limit: 1 } as const;
    return (await api().request("GET", "/admin/quarantines", { query, signal })).data;
  }, [turn]);
  const [active] = held.data ?? [];
  const close = (done: boolean) => {
    setAsking(false);
    if (done) changed();
  };
  return (
    <section class={active ? "kill-switch bad" : "kill-switch"} aria-label="Kill switch">
      <ProblemView error={held.error} retry={held.reload} />
      {active
        ? (
          <>
            <p>
              <strong>Everything is stopped</strong> since{" "}
              <Time at={active.created_at} />: “<Text>{active.reason}</Text>”
            </p>
            <button type="button" onClick={() => release(active)}>Let runs start again…</button>
          </>
        )
        : (
          <>
            <p>Runs start and go on. When the sandbox itself is in doubt, stop them all.</p>
            <button type="button" class="danger" onClick={() => setAsking(true)}>
              Stop everything…
            </button>
          </>
        )}
      {asking && <StopDialog onClose={close} />}
    </section>
  );
}

function StopDialog({ onClose }: { onClose(done: boolean): void }) {
  const act = async (reason: string) => {
    const body = { kind: "everything", target: null, reason } as const;
    await api().request("POST", "/admin/quarantines", { body });
    toast("Everything is stopped.");
  };
  return (
    <ReasonDialog
      title="Stop everything"
      label="Why"
      path="reason"
      yes="Stop every run of everybody"
      required
      act={act}
      onClose={onClose}
    >
      <p>
        Every run of everybody is cancelled, and none starts until you release it. Reading goes on.
      </p>
    </ReasonDialog>
  );
}
