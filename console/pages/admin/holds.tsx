import { useLocation } from "preact-iso";
import { useState } from "preact/hooks";
import type { Hold } from "../../../sdk/wire.ts";
import { api } from "../../api.ts";
import { Page, Section } from "../../ui/page.tsx";
import { StatusBadge } from "../../ui/states.tsx";
import { type Column, PagedTable, usePages } from "../../ui/table.tsx";
import { Time } from "../../ui/time.tsx";
import { toast } from "../../ui/toast.tsx";
import { AimForm } from "./parts/aim_form.tsx";
import { Text } from "./parts/facts.tsx";
import { FilterForm, oneOf, useFilters } from "./parts/filter.tsx";
import { ReasonDialog } from "./parts/reason.tsx";
import { Target, Who } from "./parts/who.tsx";
import { HOLD_KINDS, STATES } from "./parts/words.ts";

/** What is kept although it is old. */
export function HoldsPage() {
  const filtering = useFilters([
    { name: "state", label: "State", options: STATES },
    { name: "kind", label: "What", options: HOLD_KINDS },
  ]);
  const pages = usePages((cursor, signal) => {
    const state = oneOf(STATES, filtering.value("state"));
    const kind = oneOf(HOLD_KINDS, filtering.value("kind"));
    const query = { state, kind, cursor };
    return api().request("GET", "/admin/holds", { query, signal });
  }, [filtering.key]);
  const [ending, setEnding] = useState<Hold>();
  const close = (done: boolean) => {
    setEnding(undefined);
    if (done) pages.reload();
  };
  return (
    <Page title="Legal holds" lead="What a hold names neither expires nor can be deleted.">
      <Section title="Keep something">
        <HoldForm made={pages.reload} />
      </Section>
      <Section title="Holds">
        <FilterForm filtering={filtering} />
        <PagedTable
          caption="Legal holds"
          pages={pages}
          empty="Nothing is kept."
          rowKey={({ id }) => id}
          columns={columns(setEnding)}
        />
      </Section>
      {ending && <EndDialog hold={ending} onClose={close} />}
    </Page>
  );
}

function columns(end: (hold: Hold) => void): readonly Column<Hold>[] {
  return [
    { head: "What", cell: ({ kind }) => kind },
    { head: "Which", cell: ({ kind, target }) => <Target kind={kind} target={target} /> },
    { head: "Why", cell: ({ reason }) => <Text>{reason}</Text> },
    { head: "By", cell: ({ created_by }) => <Who id={created_by} /> },
    { head: "Since", cell: ({ created_at }) => <Time at={created_at} /> },
    {
      head: "State",
      cell: ({ released_at }) => <StatusBadge status={released_at ? "released" : "active"} />,
    },
    {
      head: "",
      cell: (hold) =>
        hold.released_at === null &&
        <button type="button" class="small" onClick={() => end(hold)}>End…</button>,
    },
  ];
}

function HoldForm({ made }: { made(): void }) {
  const { query } = useLocation();
  return (
    <AimForm
      kinds={HOLD_KINDS}
      first={{ kind: oneOf(HOLD_KINDS, query["hold"]) ?? "user", target: query["target"] ?? "" }}
      submit="Keep it"
      act={async (aim, reason) => {
        await api().request("POST", "/admin/holds", { body: { ...aim, reason } });
        toast("It is kept from now on.");
        made();
      }}
    />
  );
}

function EndDialog({ hold, onClose }: { hold: Hold; onClose(done: boolean): void }) {
  const act = (note: string) =>
    api().request("POST", "/admin/holds/{id}/release", {
      params: { id: hold.id },
      body: { note },
    });
  return (
    <ReasonDialog
      title="End the hold"
      label="Why it ends"
      path="note"
      yes="End the hold"
      act={act}
      onClose={onClose}
    >
      <p>What is too old goes with the next round of the retention.</p>
    </ReasonDialog>
  );
}
