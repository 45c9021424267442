import { hasEnded } from "../../../../sdk/mod.ts";
import { api } from "../../../api.ts";
import { can } from "../../../session/permissions.ts";
import { useAction } from "../../../ui/load.ts";
import { Section } from "../../../ui/page.tsx";
import { ProblemView } from "../../../ui/problem.tsx";
import { StatusBadge } from "../../../ui/states.tsx";
import { duration } from "../../../ui/time.tsx";
import { Approvals } from "../../run/ledger.tsx";
import { Log } from "../../run/log.tsx";
import { Outcome } from "../../run/outcome.tsx";
import { useRun } from "../../run/use_run.ts";

/** A run that was just begun, as it goes on: its log, what it asks for, how it ends. */
export function LiveRun({ id }: { id: string }) {
  const { watch, retry } = useRun(id);
  const { run, events, calls, error } = watch;
  const cancel = useAction(async () => watch.update(await api().runs.cancel(id)));
  const status = run?.status ?? "queued";
  const isOver = hasEnded(status);
  return (
    <Section
      title="This run"
      actions={
        <>
          <span role="status">
            <StatusBadge status={status} />
          </span>
          {isOver && <span class="quiet">{duration(run?.usage?.wall_ms)}</span>}
          {!isOver && can("runs:cancel") && (
            <button
              type="button"
              class="danger"
              disabled={cancel.busy}
              onClick={() => void cancel.run()}
            >
              Cancel the run
            </button>
          )}
          <a href={`/runs/${id}`}>All about this run</a>
        </>
      }
    >
      <ProblemView error={error} retry={retry} />
      <ProblemView error={cancel.error} />
      <Approvals run={id} calls={[...calls.values()]} onDecided={() => watch.loadCalls()} />
      <Log events={events} count={events.length} live={!isOver} file={id} />
      {run && <Outcome run={run} />}
    </Section>
  );
}
