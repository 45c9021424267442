import { useLocation, useRoute } from "preact-iso";
import { useState } from "preact/hooks";
import "./files.css";
import type { File as FileEntry } from "../../../sdk/mod.ts";
import { api } from "../../api.ts";
import { can } from "../../session/permissions.ts";
import { Confirm } from "../../ui/dialog.tsx";
import { useAction } from "../../ui/load.ts";
import { Page } from "../../ui/page.tsx";
import { ProblemView } from "../../ui/problem.tsx";
import { Empty, Loading } from "../../ui/states.tsx";
import { Pager, Table, usePages } from "../../ui/table.tsx";
import { bytes, Time } from "../../ui/time.tsx";
import { toast } from "../../ui/toast.tsx";
import { visible } from "../../ui/visible.ts";
import { folderOf, trailOf } from "./folder.ts";
import { isReadable, Preview, saveFile } from "./preview.tsx";
import { Upload } from "./upload.tsx";

/** What is done with a file at the moment. */
type Asked = { do: "read" | "remove"; file: FileEntry } | undefined;

/** An agent's workspace, folder by folder; which folder is in the address. */
export function FilesPage() {
  const { params: { name = "" } } = useRoute();
  const prefix = folderIn(useLocation().query.in);
  const [asked, ask] = useState<Asked>();
  const pages = usePages((cursor, signal) => {
    const query = { limit: 100, cursor, prefix };
    return api().request("GET", "/agents/{name}/files", { params: { name }, query, signal });
  }, [name, prefix]);
  const removed = (done: boolean) => {
    ask(undefined);
    if (!done) return;
    toast("Removed");
    pages.reload();
  };
  return (
    <Page
      title={`Files of ${visible(name)}`}
      lead={<a href={`/agents/${encodeURIComponent(name)}`}>To the agent</a>}
    >
      {prefix !== "" && <Trail prefix={prefix} />}
      {can("agents:write") && <Upload agent={name} prefix={prefix} onDone={pages.reload} />}
      <ProblemView error={pages.error} retry={pages.reload} />
      {pages.items === undefined && pages.loading && <Loading />}
      {pages.items && <Folder agent={name} items={pages.items} prefix={prefix} ask={ask} />}
      <Pager more={pages.more} loading={pages.loading && pages.items !== undefined} />
      <Dialogs agent={name} asked={asked} onRead={() => ask(undefined)} onRemoved={removed} />
    </Page>
  );
}

function Dialogs({ agent, asked, onRead, onRemoved }: {
  agent: string;
  asked: Asked;
  onRead(): void;
  onRemoved(done: boolean): void;
}) {
  if (asked === undefined) return null;
  const { file } = asked;
  if (asked.do === "read") return <Preview agent={agent} file={file} onClose={onRead} />;
  return (
    <Confirm
      title="Remove this file?"
      yes="Remove"
      act={() => api().agents.files.remove(agent, file.path)}
      onClose={onRemoved}
    >
      <p>
        <bdi>{visible(file.path)}</bdi> cannot be brought back.
      </p>
    </Confirm>
  );
}

function Trail({ prefix }: { prefix: string }) {
  const trail = trailOf(prefix);
  return (
    <nav class="trail" aria-label="Folders">
      <ol>
        {trail.map(([name, at]) => (
          <li key={at}>
            {at === prefix
              ? (
                <span aria-current="page">
                  <bdi>{visible(name)}</bdi>
                </span>
              )
              : (
                <a href={hrefOf(at)}>
                  <bdi>{visible(name)}</bdi>
                </a>
              )}
          </li>
        ))}
      </ol>
    </nav>
  );
}

/** One row of a folder: a folder in it, or a file. */
type Row = { readonly folder: string } | { readonly file: FileEntry };

function Folder({ agent, items, prefix, ask }: {
  agent: string;
  items: readonly FileEntry[];
  prefix: string;
  ask(asked: Asked): void;
}) {
  const { folders, files } = folderOf(items, prefix);
  const rows: Row[] = [
    ...folders.map((folder) => ({ folder })),
    ...files.map((file) => ({ file })),
  ];
  if (rows.length === 0) {
    return (
      <Empty title="No files here">
        <p>What the agent writes, and you upload, is here.</p>
      </Empty>
    );
  }
  return (
    <Table
      caption="Files"
      items={rows}
      rowKey={(row) => "file" in row ? row.file.path : `${row.folder}/`}
      columns={[
        { head: "Name", cell: (row) => <Name row={row} prefix={prefix} /> },
        { head: "Type", cell: (row) => "file" in row ? row.file.type : "folder" },
        { head: "Size", cell: (row) => "file" in row && bytes(row.file.size), end: true },
        { head: "Changed", cell: (row) => "file" in row && <Time at={row.file.modified_at} /> },
        {
          head: "",
          cell: (row) => "file" in row && <Deeds agent={agent} file={row.file} ask={ask} />,
        },
      ]}
    />
  );
}

function Name({ row, prefix }: { row: Row; prefix: string }) {
  if ("file" in row) return <bdi>{visible(row.file.path.slice(prefix.length))}</bdi>;
  return (
    <a href={hrefOf(`${prefix}${row.folder}/`)}>
      <bdi>{visible(row.folder)}/</bdi>
    </a>
  );
}

function Deeds({ agent, file, ask }: { agent: string; file: FileEntry; ask(asked: Asked): void }) {
  const download = useAction(() => saveFile(agent, file));
  const name = visible(file.path);
  const button = (what: string, act: () => void, kind = "outline") => (
    <button type="button" class={kind} aria-label={`${what} ${name}`} onClick={act}>{what}</button>
  );
  return (
    <div class="actions">
      {isReadable(file) && button("Read", () => ask({ do: "read", file }))}
      {button("Save", () => void download.run())}
      {can("agents:write") && button("Remove", () => ask({ do: "remove", file }), "danger")}
      <ProblemView error={download.error} />
    </div>
  );
}

function hrefOf(prefix: string): string {
  return prefix === "" ? "?" : `?in=${encodeURIComponent(prefix)}`;
}

/** The folder that an address names: with a slash at its end, or the workspace itself. */
function folderIn(named: string | undefined): string {
  if (named === undefined || named === "") return "";
  return named.endsWith("/") ? named : `${named}/`;
}
