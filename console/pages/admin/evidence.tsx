import { useState } from "preact/hooks";
import type { Evidence } from "../../../sdk/wire.ts";
import { api } from "../../api.ts";
import { TextField } from "../../ui/form.tsx";
import { useAction } from "../../ui/load.ts";
import { Page, Section } from "../../ui/page.tsx";
import { ProblemView } from "../../ui/problem.tsx";
import { save } from "../../ui/save.ts";
import { PagedTable, usePages } from "../../ui/table.tsx";
import { Time } from "../../ui/time.tsx";
import { toast } from "../../ui/toast.tsx";
import { type Aim, aimed } from "./parts/aim.tsx";
import { AimForm } from "./parts/aim_form.tsx";
import { Text } from "./parts/facts.tsx";
import { FilterForm, moment, oneOf, useFilters } from "./parts/filter.tsx";
import { Target, Who } from "./parts/who.tsx";
import { KINDS } from "./parts/words.ts";

/** What was, frozen and signed, for whoever looks into an incident. */
export function EvidencePage() {
  const filtering = useFilters([{ name: "kind", label: "About", options: KINDS }]);
  const pages = usePages((cursor, signal) => {
    const query = { kind: oneOf(KINDS, filtering.value("kind")), cursor };
    return api().request("GET", "/admin/evidence", { query, signal });
  }, [filtering.key]);
  return (
    <Page
      title="Evidence"
      lead="What was, frozen and signed. Verify a bundle anywhere: deno task evidence bundle.json."
    >
      <Section title="Freeze evidence">
        <EvidenceForm frozen={pages.reload} />
      </Section>
      <Section title="Bundles">
        <FilterForm filtering={filtering} />
        <PagedTable
          caption="Evidence"
          pages={pages}
          empty="Nothing was frozen."
          rowKey={({ id }) => id}
          columns={[
            { head: "When", cell: ({ created_at }) => <Time at={created_at} /> },
            { head: "About", cell: ({ kind }) => kind },
            { head: "Which", cell: ({ kind, target }) => <Target kind={kind} target={target} /> },
            { head: "Why", cell: ({ reason }) => <Text>{reason}</Text> },
            { head: "From", cell: ({ since }) => <Time at={since} /> },
            { head: "Until", cell: ({ until }) => <Time at={until} /> },
            { head: "By", cell: ({ created_by }) => <Who id={created_by} /> },
            { head: "", cell: (evidence) => <Download evidence={evidence} /> },
          ]}
        />
      </Section>
    </Page>
  );
}

function EvidenceForm({ frozen }: { frozen(): void }) {
  const [since, setSince] = useState("");
  const [until, setUntil] = useState("");
  const freeze = async (aim: Aim<typeof KINDS[number]>, reason: string) => {
    const span = { since: moment(since || undefined), until: moment(until || undefined) };
    await api().request("POST", "/admin/evidence", { body: { ...aimed(aim, reason), ...span } });
    toast("It is frozen and signed.");
    frozen();
  };
  return (
    <AimForm
      kinds={KINDS}
      first={{ kind: "user", target: "" }}
      submit="Freeze it"
      act={freeze}
    >
      {(error) => (
        <>
          <TextField
            label="From"
            hint="Thirty days before the end, if left out"
            type="datetime-local"
            path="since"
            error={error}
            value={since}
            onInput={setSince}
          />
          <TextField
            label="Until"
            hint="Now, if left out"
            type="datetime-local"
            path="until"
            error={error}
            value={until}
            onInput={setUntil}
          />
        </>
      )}
    </AimForm>
  );
}

function Download({ evidence: { id } }: { evidence: Evidence }) {
  const action = useAction(async () => {
    const bundle = await api().request("GET", "/admin/evidence/{id}", { params: { id } });
    save(new Blob([JSON.stringify(bundle)], { type: "application/json" }), `${id}.json`);
  });
  return (
    <>
      <button
        type="button"
        class="small"
        aria-label={`Download ${id}`}
        aria-busy={action.busy}
        onClick={() => action.run()}
      >
        Download
      </button>
      <ProblemView error={action.error} />
    </>
  );
}
