import { useRoute } from "preact-iso";
import { hasEnded, type Run } from "../../../sdk/mod.ts";
import { api } from "../../api.ts";
import { can } from "../../session/permissions.ts";
import { JsonView } from "../../ui/json.tsx";
import { useAction } from "../../ui/load.ts";
import { Page, Section } from "../../ui/page.tsx";
import { ProblemView } from "../../ui/problem.tsx";
import { Loading, StatusBadge } from "../../ui/states.tsx";
import { duration, Time } from "../../ui/time.tsx";
import { visible } from "../../ui/visible.ts";
import { Approvals, Ledger } from "./ledger.tsx";
import { Log } from "./log.tsx";
import { Outcome } from "./outcome.tsx";
import { PolicyOfRun } from "./proposal.tsx";
import { Spent } from "./spent.tsx";
import { useRun } from "./use_run.ts";
import type { Hearing, RunWatch } from "./watch.ts";

const HEARINGS: Readonly<Record<Hearing, string>> = {
  opening: "",
  live: "Live: events appear as they happen.",
  asking: "Events appear every second.",
  reconnecting: "The connection is lost. Trying again…",
  over: "",
  broken: "",
};

/** One run: what happens in it, how it ended, what it reached for and what it cost. */
export function RunPage() {
  const { params } = useRoute();
  const { watch, retry } = useRun(params.id ?? "");
  const { run, error } = watch;
  return (
    <Page
      title={run ? `Run of ${run.agent}` : "Run"}
      lead={<code>{visible(watch.id)}</code>}
      actions={run && <Actions run={run} watch={watch} />}
    >
      <ProblemView error={error} retry={retry} />
      {run === undefined ? error === undefined && <Loading /> : <Story run={run} watch={watch} />}
    </Page>
  );
}

function Actions({ run, watch }: { run: Run; watch: RunWatch }) {
  const cancel = useAction(async () => {
    const params = { id: run.id };
    watch.update(await api().request("POST", "/execute/runs/{id}/cancel", { params }));
  });
  return (
    <>
      <a role="button" class="secondary outline" href={`/agents/${run.agent}`}>To the agent</a>
      {!hasEnded(run.status) && can("runs:cancel") && (
        <button
          type="button"
          class="danger"
          aria-busy={cancel.busy}
          disabled={cancel.busy}
          onClick={() => void cancel.run()}
        >
          Cancel the run
        </button>
      )}
      <ProblemView error={cancel.error} />
    </>
  );
}

function Story({ run, watch }: { run: Run; watch: RunWatch }) {
  const { events, hearing, id } = watch;
  const calls = [...watch.calls.values()];
  return (
    <>
      <Facts run={run} />
      <Approvals run={id} calls={calls} onDecided={() => watch.loadCalls()} />
      <Outcome run={run} />
      <Section title="What happened">
        <p class="quiet" role="status">{HEARINGS[hearing]}</p>
        <Log events={events} count={events.length} live={!hasEnded(run.status)} file={id} />
      </Section>
      <Section title="Usage against limits">
        <Spent run={run} />
      </Section>
      <Ledger calls={calls} />
      <Section title="Input">
        <JsonView value={run.input} label="Input of the run" file={`${id}-input`} />
      </Section>
      {calls.length > 0 && hasEnded(run.status) && <PolicyOfRun run={id} />}
    </>
  );
}

function Facts({ run }: { run: Run }) {
  const { status, version, trigger, engine, layers, attempt } = run;
  return (
    <dl class="facts">
      <div>
        <dt>Status</dt>
        <dd>
          <span role="status">
            <StatusBadge status={status} />
          </span>
        </dd>
      </div>
      <div>
        <dt>Version</dt>
        <dd>{version}</dd>
      </div>
      <div>
        <dt>Started by</dt>
        <dd>{trigger}{attempt > 1 && `, attempt ${attempt}`}</dd>
      </div>
      <div>
        <dt>Asked for</dt>
        <dd>
          <Time at={run.created_at} />
        </dd>
      </div>
      <div>
        <dt>Took</dt>
        <dd>{duration(run.usage?.wall_ms)}</dd>
      </div>
      <div>
        <dt>Engine</dt>
        <dd>{engine ?? "–"}</dd>
      </div>
      <div>
        <dt>Walls</dt>
        <dd>{layers?.join(", ") ?? "–"}</dd>
      </div>
      <div>
        <dt>Request</dt>
        <dd>
          <code>{visible(run.request_id ?? "–")}</code>
        </dd>
      </div>
    </dl>
  );
}
