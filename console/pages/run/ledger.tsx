import type { ToolCall } from "../../../sdk/mod.ts";
import { api } from "../../api.ts";
import { can } from "../../session/permissions.ts";
import { JsonView } from "../../ui/json.tsx";
import { useAction } from "../../ui/load.ts";
import { Section } from "../../ui/page.tsx";
import { ProblemView } from "../../ui/problem.tsx";
import { Empty, StatusBadge } from "../../ui/states.tsx";
import { Table } from "../../ui/table.tsx";
import { bytes, duration, Time } from "../../ui/time.tsx";
import { toast } from "../../ui/toast.tsx";
import { visible } from "../../ui/visible.ts";

const TONES = {
  allowed: "good",
  approved: "good",
  waiting: "busy",
  denied: "bad",
  refused: "bad",
  expired: "warn",
} as const;

/** What a run reached for: who allowed it, why not, and what came of it. */
export function Ledger({ calls }: { calls: readonly ToolCall[] }) {
  return (
    <Section title="Access ledger">
      {calls.length === 0 ? <Empty title="This run reached for nothing" /> : (
        <Table
          caption="Tool calls of this run, in their order"
          rowKey={({ id }) => id}
          items={calls}
          columns={[
            { head: "#", cell: ({ seq }) => seq, end: true },
            { head: "Tool", cell: ({ tool }) => <code>{visible(tool)}</code> },
            { head: "Target", cell: (call) => <Target call={call} /> },
            { head: "Verdict", cell: (call) => <Verdict call={call} /> },
            { head: "Outcome", cell: ({ outcome }) => outcome ?? "–" },
            { head: "Sent", cell: ({ bytes_out }) => bytes(bytes_out), end: true },
            { head: "Received", cell: ({ bytes_in }) => bytes(bytes_in), end: true },
            { head: "Took", cell: ({ ms }) => duration(ms), end: true },
          ]}
        />
      )}
    </Section>
  );
}

function Target({ call: { target, reached } }: { call: ToolCall }) {
  return (
    <div class="target">
      <bdi>{visible(target)}</bdi>
      {reached && reached.length > 0 && (
        <ul>
          {reached.map((each, index) => (
            <li key={index}>
              {visible(each.tool)} <bdi>{visible(each.target)}</bdi>
            </li>
          ))}
        </ul>
      )}
    </div>
  );
}

function Verdict({ call: { verdict, reason } }: { call: ToolCall }) {
  return (
    <>
      <StatusBadge status={verdict} tone={TONES[verdict]} />
      {reason && <small class="quiet">{reason.replaceAll("_", " ")}</small>}
    </>
  );
}

/** The calls that a run waits for its owner's word on, each with a yes and a no. */
export function Approvals({ run, calls, onDecided }: {
  run: string;
  calls: readonly ToolCall[];
  onDecided(): Promise<void>;
}) {
  const waiting = calls.filter(({ verdict }) => verdict === "waiting");
  if (waiting.length === 0) return null;
  return (
    <Section title="Waiting for your word">
      {waiting.map((call) => (
        <Approval
          key={call.id}
          run={run}
          call={call}
          onDecided={onDecided}
        />
      ))}
    </Section>
  );
}

function Approval({ run, call, onDecided }: {
  run: string;
  call: ToolCall;
  onDecided(): Promise<void>;
}) {
  const action = useAction(async (decision: "approve" | "deny") => {
    const params = { id: run, call: call.id };
    await api().request("POST", "/execute/runs/{id}/calls/{call}", { params, body: { decision } });
    toast(decision === "approve" ? "Approved" : "Denied");
    await onDecided();
  });
  const decide = (decision: "approve" | "deny") => () => void action.run(decision);
  const busy = action.busy || !can("agents:execute");
  return (
    <article class="approval">
      <p>
        This run wants to use <code>{visible(call.tool)}</code> on{" "}
        <strong>
          <bdi>{visible(call.target)}</bdi>
        </strong>. It waits for you, and is refused <Time at={call.deadline_at} />.
      </p>
      <JsonView value={call.summary} label="What it would do" file={`call-${call.seq}`} />
      <ProblemView error={action.error} />
      <div class="actions">
        <button type="button" disabled={busy} onClick={decide("approve")}>Approve</button>
        <button type="button" class="danger" disabled={busy} onClick={decide("deny")}>Deny</button>
      </div>
    </article>
  );
}
