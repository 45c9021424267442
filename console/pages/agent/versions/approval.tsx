import { api } from "../../../api.ts";
import { Confirm } from "../../../ui/dialog.tsx";
import { useLoad } from "../../../ui/load.ts";
import { ProblemView } from "../../../ui/problem.tsx";
import { Loading } from "../../../ui/states.tsx";
import { toast } from "../../../ui/toast.tsx";

/** Shows what a version wants to be granted, and takes the yes to just that policy. */
export function Approval({ agent, version, onClose }: {
  agent: string;
  version: number;
  onClose(done: boolean): void;
}) {
  const { data, error } = useLoad(() => api().agents.versions.get(agent, version));
  const approve = async () => {
    if (data === undefined) throw new Error("The policy is not here yet.");
    await api().agents.versions.approve(agent, version, data.policy_hash);
    toast(`Version ${version} may run.`);
  };
  return (
    <Confirm
      title={`Approve version ${version}?`}
      yes="Approve this policy"
      act={approve}
      onClose={onClose}
    >
      <p>It is granted more than the last version that could run. This is all that it may do:</p>
      {data
        ? <pre class="code" tabIndex={0}>{JSON.stringify(data.policy, undefined, 2)}</pre>
        : error === undefined
        ? <Loading />
        : <ProblemView error={error} />}
    </Confirm>
  );
}
