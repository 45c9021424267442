import { useState } from "preact/hooks";
import { api } from "../../api.ts";
import { account } from "../../session/session.ts";
import { Page } from "../../ui/page.tsx";
import { StatusBadge } from "../../ui/states.tsx";
import { PagedTable, usePages } from "../../ui/table.tsx";
import { Time } from "../../ui/time.tsx";
import type { User } from "../../../sdk/wire.ts";
import { Text } from "./parts/facts.tsx";
import { FilterForm, oneOf, useFilters } from "./parts/filter.tsx";
import { ROLES } from "./parts/words.ts";
import { EraseDialog, RoleDialog } from "./user_dialogs.tsx";

type Doing = { readonly deed: "role" | "erase"; readonly user: User };

/** Who there is, and what role each has. */
export function UsersPage() {
  const filtering = useFilters([
    { name: "role", label: "Role", options: ROLES },
    { name: "id", label: "User id" },
  ]);
  const pages = usePages((cursor, signal) => {
    const id = filtering.value("id");
    const role = oneOf(ROLES, filtering.value("role"));
    return id === undefined ? listUsers({ role, cursor }, signal) : findUser(id, signal);
  }, [filtering.key]);
  const [doing, setDoing] = useState<Doing>();
  const close = (done: boolean) => {
    setDoing(undefined);
    if (done) pages.reload();
  };
  return (
    <Page title="Users" lead="A user has one role; a role says what somebody may do here.">
      <FilterForm filtering={filtering} />
      <PagedTable
        caption="Users"
        pages={pages}
        empty="Nobody fits."
        rowKey={({ id }) => id}
        columns={[
          { head: "User", cell: (user) => <Name user={user} /> },
          { head: "Role", cell: (user) => <RoleOf user={user} /> },
          { head: "State", cell: (user) => <StateOf user={user} /> },
          { head: "Since", cell: ({ created_at }) => <Time at={created_at} never="–" /> },
          { head: "", cell: (user) => <Deeds user={user} begin={setDoing} /> },
        ]}
      />
      {doing?.deed === "role" && <RoleDialog user={doing.user} onClose={close} />}
      {doing?.deed === "erase" && <EraseDialog user={doing.user} onClose={close} />}
    </Page>
  );
}

function listUsers(
  query: { role: typeof ROLES[number] | undefined; cursor: string | undefined },
  signal: AbortSignal | undefined,
) {
  return api().request("GET", "/admin/users", { query, signal });
}

async function findUser(id: string, signal: AbortSignal | undefined) {
  return {
    data: [await api().request("GET", "/admin/users/{id}", { params: { id }, signal })],
    next_cursor: null,
  };
}

function Name({ user }: { user: User }) {
  return (
    <>
      <Text>{user.email ?? "no address"}</Text>
      {user.id === account.value?.id && <small class="quiet you">(you)</small>}
      <br />
      <code class="id quiet">{user.id}</code>
    </>
  );
}

function RoleOf({ user }: { user: User }) {
  return <>{user.role}{!user.assigned && <small class="quiet you">by default</small>}</>;
}

function StateOf({ user }: { user: User }) {
  return user.quarantined_at === null
    ? <StatusBadge status="active" />
    : <StatusBadge status="quarantined" />;
}

function Deeds({ user, begin }: { user: User; begin(doing: Doing): void }) {
  const id = encodeURIComponent(user.id);
  const name = user.email ?? user.id;
  return (
    <div class="row-actions">
      <button
        type="button"
        class="small"
        aria-label={`Role… of ${name}`}
        onClick={() => begin({ deed: "role", user })}
      >
        Role…
      </button>
      <a href={`/admin/audit?actor=${id}`}>What they did</a>
      <a href={`/admin/incidents?hold=user&target=${id}`}>Hold…</a>
      <button
        type="button"
        class="small danger"
        aria-label={`Erase… ${name}`}
        onClick={() => begin({ deed: "erase", user })}
      >
        Erase…
      </button>
    </div>
  );
}
