import { useState } from "preact/hooks";
import type { RetentionRound } from "../../../sdk/wire.ts";
import { api } from "../../api.ts";
import { Confirm } from "../../ui/dialog.tsx";
import { useAction } from "../../ui/load.ts";
import { ProblemView } from "../../ui/problem.tsx";
import { Fact, Facts } from "./parts/facts.tsx";

/** Counts what is too old, and removes it once somebody has seen the counts. */
export function Expire() {
  const [round, setRound] = useState<RetentionRound>();
  const [asking, setAsking] = useState(false);
  const run = async (dry_run: boolean) => {
    setRound(await api().request("POST", "/admin/retention/run", { body: { dry_run } }));
  };
  const count = useAction(() => run(true));
  return (
    <>
      <p>
        The clock removes what is too old every 15 minutes. Nothing goes of a run that has not
        ended, nor what a legal hold names.
      </p>
      <div class="actions">
        <button
          type="button"
          class="secondary"
          aria-busy={count.busy}
          onClick={() => count.run()}
        >
          Count what would go
        </button>
        {round?.dry_run && (
          <button type="button" class="danger" onClick={() => setAsking(true)}>
            Remove it now…
          </button>
        )}
      </div>
      <ProblemView error={count.error} />
      <div role="status">{round && <Round round={round} />}</div>
      {asking && (
        <Confirm
          title="Remove what is too old"
          yes="Remove it for good"
          act={() => run(false)}
          onClose={() => setAsking(false)}
        >
          <p>It cannot be brought back but from a backup.</p>
        </Confirm>
      )}
    </>
  );
}

function Round({ round: { dry_run, counts, partitions, more } }: { round: RetentionRound }) {
  const found = Object.entries(counts).filter(([, count]) => count > 0);
  const isNothing = found.length === 0 && partitions.length === 0;
  return (
    <>
      <p>
        <strong>
          {isNothing ? "Nothing is too old." : dry_run ? "This would go:" : "This went:"}
        </strong>
        {more && " There is more than one round removes."}
      </p>
      {!isNothing && (
        <Facts>
          {found.map(([kind, count]) => (
            <Fact key={kind} name={kind.replaceAll("_", " ")}>{count}</Fact>
          ))}
          <Fact name="whole months">
            {partitions.length === 0 ? "none" : partitions.join(", ")}
          </Fact>
        </Facts>
      )}
    </>
  );
}
