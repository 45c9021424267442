import { can } from "../../../session/permissions.ts";

const SHOWN = 8;

/** A user by id, shortened; who may look at users comes to theirs. */
export function Who({ id, nobody = "nobody" }: {
  id: string | null | undefined;
  nobody?: string;
}) {
  if (!id) return <span class="quiet">{nobody}</span>;
  const short = <code title={id}>{id.slice(0, SHOWN)}</code>;
  return can("admin") ? <a href={`/admin/users?id=${encodeURIComponent(id)}`}>{short}</a> : short;
}

/** What something was aimed at: a user, or the id of an agent or a key. */
export function Target({ kind, target }: { kind: string; target: string | null }) {
  if (kind === "user") return <Who id={target} />;
  return target === null ? <span>everything</span> : <code class="id">{target}</code>;
}
