import type { File as FileEntry } from "../../../sdk/mod.ts";
import { api } from "../../api.ts";
import { Dialog } from "../../ui/dialog.tsx";
import { useLoad } from "../../ui/load.ts";
import { ProblemView } from "../../ui/problem.tsx";
import { save } from "../../ui/save.ts";
import { Loading } from "../../ui/states.tsx";
import { visible } from "../../ui/visible.ts";

const SHOWN_CHARS = 100_000;
const MAX_SHOWN_BYTES = 1_048_576;

/** Whether a file can be read here: text of a size that a person reads. */
export function isReadable({ type, size }: FileEntry): boolean {
  return size <= MAX_SHOWN_BYTES && (type.startsWith("text/") || type === "application/json");
}

/** A file as plain text, whatever it says that it is. */
export function Preview({ agent, file, onClose }: {
  agent: string;
  file: FileEntry;
  onClose(): void;
}) {
  const { data, error } = useLoad(
    async () => await (await api().agents.files.read(agent, file.path)).text(),
    [agent, file.path],
  );
  return (
    <Dialog title={visible(file.path)} wide onClose={onClose}>
      <ProblemView error={error} />
      {data === undefined && error === undefined && <Loading />}
      {data !== undefined && (
        <pre
          tabIndex={0}
          role="region"
          aria-label="Content"
        >{visible(data.slice(0, SHOWN_CHARS))}</pre>
      )}
      {data !== undefined && data.length > SHOWN_CHARS && (
        <p class="quiet">This is its beginning. Save it to see the rest.</p>
      )}
    </Dialog>
  );
}

/** Saves a file of the workspace on the person's machine, under its own name. */
export async function saveFile(agent: string, { path }: FileEntry): Promise<void> {
  const answer = await api().agents.files.read(agent, path);
  save(await answer.blob(), path.slice(path.lastIndexOf("/") + 1));
}
