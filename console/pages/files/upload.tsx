import { useId, useState } from "preact/hooks";
import { api } from "../../api.ts";
import { Confirm } from "../../ui/dialog.tsx";
import { useAction } from "../../ui/load.ts";
import { problemOf, ProblemView } from "../../ui/problem.tsx";
import { toast } from "../../ui/toast.tsx";
import { visible } from "../../ui/visible.ts";
import { writeAll, type Written } from "./write.ts";

/** Files of the person's machine, put into a folder. What is there already is asked about. */
export function Upload({ agent, prefix, onDone }: {
  agent: string;
  prefix: string;
  onDone(): void;
}) {
  const id = useId();
  const [taken, setTaken] = useState<readonly File[]>([]);
  const [failed, setFailed] = useState<Written["failed"]>([]);
  const action = useAction(async (files: readonly File[]) => {
    const written = await writeAll(files, (file) => writeNew(agent, prefix, file));
    setTaken(written.taken);
    setFailed(written.failed);
    if (written.count > 0) toast(`Uploaded ${written.count}`);
    onDone();
    if (written.failed.length > 0) throw written.failed[0]?.error;
  });
  const choose = (input: HTMLInputElement) => {
    void action.run([...input.files ?? []]);
    input.value = "";
  };
  return (
    <>
      <label for={id} class="upload" aria-busy={action.busy}>
        <span>Upload files</span>
        <input
          id={id}
          type="file"
          multiple
          disabled={action.busy}
          onChange={(event) => choose(event.currentTarget)}
        />
      </label>
      {failed.length > 0 && (
        <p class="wrong">
          Not uploaded: {failed.map(({ file }) => visible(file.name)).join(", ")}
        </p>
      )}
      <ProblemView error={action.error} />
      {taken.length > 0 && (
        <Overwrite
          {...{ agent, prefix, files: taken }}
          onClose={() => (setTaken([]), onDone())}
        />
      )}
    </>
  );
}

function Overwrite({ agent, prefix, files, onClose }: {
  agent: string;
  prefix: string;
  files: readonly File[];
  onClose(): void;
}) {
  const write = async () => {
    for (const file of files) await api().agents.files.write(agent, prefix + file.name, file);
  };
  return (
    <Confirm title="Replace what is there?" yes="Replace" act={write} onClose={onClose}>
      <p>These are there already:</p>
      <ul>
        {files.map(({ name }) => (
          <li key={name}>
            <bdi>{visible(name)}</bdi>
          </li>
        ))}
      </ul>
    </Confirm>
  );
}

/** Whether the file was written; `false` where there is one of that name. */
async function writeNew(agent: string, prefix: string, file: File): Promise<boolean> {
  try {
    await api().agents.files.write(agent, prefix + file.name, file, { isNew: true });
    return true;
  } catch (error) {
    if (problemOf(error).code === "file_changed") return false;
    throw error;
  }
}
