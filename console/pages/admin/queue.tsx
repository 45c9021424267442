import { useState } from "preact/hooks";
import type { DeadLetter, QueueOverview } from "../../../sdk/wire.ts";
import { api } from "../../api.ts";
import { Confirm } from "../../ui/dialog.tsx";
import { useLoad } from "../../ui/load.ts";
import { Page, Section } from "../../ui/page.tsx";
import { ProblemView } from "../../ui/problem.tsx";
import { Empty, Loading } from "../../ui/states.tsx";
import { type Column, PagedTable, Table, usePages } from "../../ui/table.tsx";
import { Time } from "../../ui/time.tsx";
import { toast } from "../../ui/toast.tsx";
import { Code, Fact, Facts } from "./parts/facts.tsx";
import { Who } from "./parts/who.tsx";

/** How much is queued, whose, who works on it, and what was lost at every attempt. */
export function QueuePage() {
  const queue = useLoad((signal) => api().request("GET", "/admin/queue", { signal }));
  const dead = usePages((cursor, signal) => {
    return api().request("GET", "/admin/queue/dead", { query: { cursor }, signal });
  });
  const [letter, setLetter] = useState<DeadLetter>();
  const refresh = () => {
    queue.reload();
    dead.reload();
  };
  const close = (done: boolean) => {
    setLetter(undefined);
    if (done) refresh();
  };
  return (
    <Page
      title="Queue"
      lead="Runs that wait for their turn."
      actions={<button type="button" class="secondary" onClick={refresh}>Look again</button>}
    >
      <ProblemView error={queue.error} retry={queue.reload} />
      {queue.data === undefined && queue.loading && <Loading />}
      {queue.data && <Overview queue={queue.data} />}
      <Section title="Dead letters">
        <p>Runs that infrastructure lost at every attempt.</p>
        <PagedTable
          caption="Dead letters"
          pages={dead}
          empty="No run was given up."
          rowKey={({ run }) => run}
          columns={columns(setLetter)}
        />
      </Section>
      {letter && <ReplayDialog letter={letter} onClose={close} />}
    </Page>
  );
}

function Overview({ queue }: { queue: QueueOverview }) {
  const { backend, depth, delayed, oldest_at, dead_letters, users, workers } = queue;
  return (
    <>
      <Facts>
        <Fact name="Queued">{depth}</Fact>
        <Fact name="Of these delayed">{delayed}</Fact>
        <Fact name="Waits longest since">
          <Time at={oldest_at} never="nobody waits" />
        </Fact>
        <Fact name="Dead letters">{dead_letters}</Fact>
        <Fact name="Kept in">{backend}</Fact>
      </Facts>
      <Section title="Who waits">
        {users.length === 0 ? <Empty title="Nobody waits." /> : (
          <Table
            caption="Users with queued runs"
            items={users}
            rowKey={({ user_id }) => user_id}
            columns={[
              { head: "User", cell: ({ user_id }) => <Who id={user_id} /> },
              { head: "Queued", cell: ({ queued }) => queued, end: true },
              { head: "Running", cell: ({ running }) => running, end: true },
              { head: "Waits since", cell: ({ oldest_at }) => <Time at={oldest_at} /> },
            ]}
          />
        )}
      </Section>
      <Section title="Who works">
        {workers.length === 0 ? <Empty title="Nobody has a queued run in hand." /> : (
          <Table
            caption="Workers"
            items={workers}
            rowKey={({ worker }) => worker}
            columns={[
              { head: "Worker", cell: ({ worker }) => <Code>{worker}</Code> },
              { head: "Runs", cell: ({ runs }) => runs, end: true },
            ]}
          />
        )}
      </Section>
    </>
  );
}

function columns(replay: (letter: DeadLetter) => void): readonly Column<DeadLetter>[] {
  return [
    { head: "Agent", cell: ({ agent }) => agent },
    { head: "Run", cell: ({ run }) => <Code>{run}</Code> },
    { head: "User", cell: ({ user_id }) => <Who id={user_id} /> },
    { head: "Attempts", cell: ({ attempts }) => attempts, end: true },
    { head: "Why", cell: ({ reason }) => <Code>{reason}</Code> },
    { head: "Given up", cell: ({ died_at }) => <Time at={died_at} /> },
    {
      head: "Replayed",
      cell: (letter) =>
        letter.replayed_at === null
          ? (
            <button
              type="button"
              class="small"
              aria-label={`Queue anew: ${letter.run}`}
              onClick={() => replay(letter)}
            >
              Queue anew…
            </button>
          )
          : <Time at={letter.replayed_at} />,
    },
  ];
}

function ReplayDialog({ letter, onClose }: { letter: DeadLetter; onClose(done: boolean): void }) {
  const act = async () => {
    const params = { run: letter.run };
    const { run } = await api().request("POST", "/admin/queue/dead/{run}/replay", { params });
    toast(`It is queued as ${run}.`);
  };
  return (
    <Confirm title="Queue the run anew" yes="Queue it anew" act={act} onClose={onClose}>
      <p>It runs once more, as its user, if they still may.</p>
    </Confirm>
  );
}
