import { useLocation } from "preact-iso";
import { useState } from "preact/hooks";
import type { Quarantine } from "../../../sdk/wire.ts";
import { api } from "../../api.ts";
import { Page, Section } from "../../ui/page.tsx";
import { StatusBadge } from "../../ui/states.tsx";
import { type Column, PagedTable, usePages } from "../../ui/table.tsx";
import { Time } from "../../ui/time.tsx";
import { toast } from "../../ui/toast.tsx";
import { KillSwitch } from "./kill_switch.tsx";
import { Text } from "./parts/facts.tsx";
import { FilterForm, oneOf, useFilters } from "./parts/filter.tsx";
import { ReasonDialog } from "./parts/reason.tsx";
import { Target, Who } from "./parts/who.tsx";
import { KINDS, STATES } from "./parts/words.ts";
import { QuarantineForm } from "./quarantine_form.tsx";

/** What is held, and the switch that holds everything. */
export function IncidentsPage() {
  const { query } = useLocation();
  const filtering = useFilters([
    { name: "state", label: "State", options: STATES },
    { name: "kind", label: "What", options: KINDS },
  ]);
  const [turn, setTurn] = useState(0);
  const pages = usePages((cursor, signal) => {
    const state = oneOf(STATES, filtering.value("state"));
    const kind = oneOf(KINDS, filtering.value("kind"));
    const query = { state, kind, cursor };
    return api().request("GET", "/admin/quarantines", { query, signal });
  }, [filtering.key, turn]);
  const [releasing, setReleasing] = useState<Quarantine>();
  const changed = () => setTurn(turn + 1);
  return (
    <Page
      title="Incidents"
      lead="Hold what is suspect, and no more: its runs stop, and none starts."
    >
      <KillSwitch turn={turn} changed={changed} release={setReleasing} />
      <Section title="Hold something">
        <QuarantineForm kind={query["hold"]} target={query["target"]} changed={changed} />
      </Section>
      <Section title="Quarantines">
        <FilterForm filtering={filtering} />
        <PagedTable
          caption="Quarantines"
          pages={pages}
          empty="Nothing is held."
          rowKey={({ id }) => id}
          columns={columns(setReleasing)}
        />
      </Section>
      {releasing && (
        <Release
          quarantine={releasing}
          onClose={(done) => {
            setReleasing(undefined);
            if (done) changed();
          }}
        />
      )}
    </Page>
  );
}

function columns(release: (quarantine: Quarantine) => void): readonly Column<Quarantine>[] {
  return [
    { head: "What", cell: ({ kind }) => kind },
    { head: "Which", cell: (held) => <Target kind={held.kind} target={held.target} /> },
    { head: "Why", cell: ({ reason }) => <Text>{reason}</Text> },
    { head: "By", cell: ({ created_by }) => <Who id={created_by} /> },
    { head: "Since", cell: ({ created_at }) => <Time at={created_at} /> },
    { head: "State", cell: (held) => <State quarantine={held} /> },
    {
      head: "",
      cell: (held) =>
        held.released_at === null && (
          <button
            type="button"
            class="small"
            onClick={() => release(held)}
          >
            Release…
          </button>
        ),
    },
  ];
}

function State({ quarantine: { released_at, note } }: { quarantine: Quarantine }) {
  if (released_at === null) return <StatusBadge status="active" tone="bad" />;
  return (
    <>
      <StatusBadge status="released" /> <Time at={released_at} />
      {note && (
        <p class="note">
          <Text>{note}</Text>
        </p>
      )}
    </>
  );
}

function Release({ quarantine, onClose }: {
  quarantine: Quarantine;
  onClose(done: boolean): void;
}) {
  const act = async (note: string) => {
    const params = { id: quarantine.id };
    await api().request("POST", "/admin/quarantines/{id}/release", { params, body: { note } });
    toast("It is released.");
  };
  return (
    <ReasonDialog
      title={quarantine.kind === "everything" ? "Let runs start again" : "End the quarantine"}
      label="What it was"
      path="note"
      yes="Release"
      act={act}
      onClose={onClose}
    >
      <p>
        What was held is then as it was before. It was held for: “<Text>{quarantine.reason}</Text>”
      </p>
    </ReasonDialog>
  );
}
