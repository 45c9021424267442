import { useState } from "preact/hooks";
import type { Agent, Version } from "../../../../sdk/mod.ts";
import { api } from "../../../api.ts";
import { can } from "../../../session/permissions.ts";
import { useLoad } from "../../../ui/load.ts";
import { problemOf, ProblemView } from "../../../ui/problem.tsx";
import { Loading } from "../../../ui/states.tsx";
import type { TabProps } from "../tabs.ts";
import { Findings } from "./findings.tsx";
import { Gone } from "./gone.tsx";
import { PolicyEditor } from "./policy.tsx";
import { InputSchemaEditor } from "./input_schema.tsx";
import { Since } from "./since.tsx";
import { SourceEditor } from "./source.tsx";
import { useDraft } from "./use_draft.ts";
import { useSave } from "./use_save.ts";

/** The editor of an agent's next version, once the version that it begins from is here. */
export function EditTab({ agent, onChange }: TabProps) {
  const { name, current_version } = agent;
  const version = useLoad(() => api().agents.versions.get(name, current_version), [agent.id]);
  if (version.data) return <Editor agent={agent} version={version.data} onSaved={onChange} />;
  return version.error === undefined
    ? <Loading />
    : <ProblemView error={version.error} retry={version.reload} />;
}

const PARTS = ["Source", "Input", "Policy"] as const;

function Editor({ agent, version, onSaved }: {
  agent: Agent;
  version: Version;
  onSaved(): void;
}) {
  const [part, setPart] = useState<Part>("Source");
  const editing = useDraft(agent, version);
  const { draft, isChanged, change, discard } = editing;
  const saving = useSave(agent, version, editing, onSaved);
  const { action: save, found } = saving;
  const isGone = problemOf(save.error).code === "not_found";
  return (
    <>
      <Parts chosen={part} onChoose={setPart} />
      {part === "Source" && <SourceEditor draft={draft} change={change} found={found} />}
      {part === "Input" && <InputSchemaEditor draft={draft} change={change} />}
      {part === "Policy" && <PolicyEditor draft={draft} change={change} error={save.error} />}
      <Findings source={found.source} findings={found.findings} current={draft.source} />
      {isGone ? <Gone draft={draft} /> : <ProblemView error={save.error} />}
      <Since agent={agent.name} base={draft.base} saving={saving} />
      {can("agents:write") && (
        <SaveBar
          base={draft.base}
          canSave={isChanged && !save.busy}
          isChanged={isChanged}
          onSave={(publish) => void save.run(publish)}
          onDiscard={discard}
        />
      )}
    </>
  );
}

type Part = typeof PARTS[number];

function Parts({ chosen, onChoose }: { chosen: Part; onChoose(part: Part): void }) {
  return (
    <div class="segments" role="group" aria-label="What is edited">
      {PARTS.map((part) => (
        <button
          key={part}
          type="button"
          aria-pressed={part === chosen}
          onClick={() => onChoose(part)}
        >
          {part}
        </button>
      ))}
    </div>
  );
}

function SaveBar({ base, canSave, isChanged, onSave, onDiscard }: {
  base: number;
  canSave: boolean;
  isChanged: boolean;
  onSave(publish: boolean): void;
  onDiscard(): void;
}) {
  return (
    <div class="actions save">
      <button type="button" disabled={!canSave} onClick={() => onSave(true)}>
        Save and publish
      </button>
      <button type="button" class="secondary" disabled={!canSave} onClick={() => onSave(false)}>
        Save only
      </button>
      <button type="button" class="outline" disabled={!canSave} onClick={onDiscard}>
        Discard changes
      </button>
      <span class="quiet" role="status">
        {isChanged ? `Changed since version ${base}; kept in this tab.` : ""}
      </span>
    </div>
  );
}
