import { useState } from "preact/hooks";
import { api } from "../../api.ts";
import { JsonView } from "../../ui/json.tsx";
import { useLoad } from "../../ui/load.ts";
import { Section } from "../../ui/page.tsx";
import { ProblemView } from "../../ui/problem.tsx";
import { Loading } from "../../ui/states.tsx";
import { visible } from "../../ui/visible.ts";

/** The smallest policy that covers what a run did, for whoever asks. */
export function PolicyOfRun({ run }: { run: string }) {
  const [asked, setAsked] = useState(false);
  return (
    <Section title="Policy">
      <p>What this run used can become its agent's policy: no more than it needed.</p>
      {asked
        ? <Proposal run={run} />
        : (
          <button type="button" class="secondary more" onClick={() => setAsked(true)}>
            Propose a policy
          </button>
        )}
    </Section>
  );
}

function Proposal({ run }: { run: string }) {
  const { data, error, reload } = useLoad(
    (signal) => api().request("GET", "/execute/runs/{id}/policy", { params: { id: run }, signal }),
    [run],
  );
  if (data === undefined) {
    return error === undefined ? <Loading /> : <ProblemView error={error} retry={reload} />;
  }
  return (
    <>
      <JsonView value={data.policy} label="Proposed policy" file="policy" />
      {data.denied.length > 0 && (
        <>
          <p>Not in it, because the run did not get it:</p>
          <ul>
            {data.denied.map(({ tool, target, reason }, index) => (
              <li key={index}>
                <code>{visible(tool)}</code> <bdi>{visible(target)}</bdi>
                {reason && <span class="quiet">{reason.replaceAll("_", " ")}</span>}
              </li>
            ))}
          </ul>
        </>
      )}
    </>
  );
}
