import { api } from "../../api.ts";
import { account } from "../../session/session.ts";
import { permissions } from "../../session/permissions.ts";
import { useLoad } from "../../ui/load.ts";
import { Page, Section } from "../../ui/page.tsx";
import { ProblemView } from "../../ui/problem.tsx";
import { Loading } from "../../ui/states.tsx";
import { Table } from "../../ui/table.tsx";

/** Who one is here, what one may do, and what one may spend. */
export function AccountPage() {
  const limits = useLoad((signal) => api().request("GET", "/agents/limits", { signal }));
  return (
    <Page title="Account" lead={account.value?.email}>
      <Section title="What you may do">
        <ul class="chips">
          {[...permissions.value ?? []].map((name) => (
            <li key={name}>
              <code>{name}</code>
            </li>
          ))}
        </ul>
      </Section>
      <Section title="What you may spend">
        <ProblemView error={limits.error} retry={limits.reload} />
        {limits.loading && <Loading />}
        {limits.data && (
          <Table
            caption="Requests"
            columns={[
              { head: "Budget", cell: ({ budget }) => budget },
              { head: "Left", cell: ({ remaining }) => remaining, end: true },
              { head: "Of", cell: ({ quota }) => quota, end: true },
              { head: "Within", cell: ({ window_s }) => `${window_s} s`, end: true },
            ]}
            items={limits.data.budgets}
            rowKey={({ budget }) => budget}
          />
        )}
      </Section>
    </Page>
  );
}
