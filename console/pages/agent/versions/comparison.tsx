import type { Extension } from "@codemirror/state";
import { useEffect, useState } from "preact/hooks";
import type { Agent, Version } from "../../../../sdk/mod.ts";
import { api } from "../../../api.ts";
import { Editor } from "../../../ui/editor.tsx";
import { SelectField } from "../../../ui/form.tsx";
import { useLoad } from "../../../ui/load.ts";
import { Section } from "../../../ui/page.tsx";
import { ProblemView } from "../../../ui/problem.tsx";
import { Loading } from "../../../ui/states.tsx";

const PARTS = ["source", "policy", "input_schema"] as const;
type Part = typeof PARTS[number];

/** A version beside the published one: its source, its policy or its input schema. */
export function Comparison({ agent, version, onClose }: {
  agent: Agent;
  version: number;
  onClose(): void;
}) {
  const [part, setPart] = useState<Part>("source");
  const { versions } = api().agents;
  const both = useLoad(() =>
    Promise.all([
      versions.get(agent.name, agent.current_version),
      versions.get(agent.name, version),
    ])
  );
  const title = version === agent.current_version
    ? `Version ${version}`
    : `From version ${agent.current_version} to ${version}`;
  return (
    <Section
      title={title}
      actions={<button type="button" class="secondary" onClick={onClose}>Close</button>}
    >
      <SelectField
        label="What"
        value={part}
        options={PARTS.map((name) => [name, name.replace("_", " ")])}
        onInput={(chosen) => setPart(PARTS.find((name) => name === chosen) ?? "source")}
      />
      <ProblemView error={both.error} retry={both.reload} />
      {both.data === undefined
        ? both.loading && <Loading />
        : <Changes key={part} part={part} from={both.data[0]} to={both.data[1]} />}
    </Section>
  );
}

function Changes({ part, from, to }: { part: Part; from: Version; to: Version }) {
  const [extensions, setExtensions] = useState<readonly Extension[]>();
  const [original, text] = [textOf(part, from), textOf(part, to)];
  useEffect(() => {
    void import("../../../language/merge.ts").then(({ showChanges }) => {
      setExtensions(original === text ? [] : showChanges(original));
    });
  }, [original, text]);
  if (extensions === undefined) return <Loading />;
  return (
    <>
      {original === text && from.version !== to.version && <p class="quiet">Both have the same.</p>}
      <Editor
        label={`${part.replace("_", " ")} of version ${to.version}, with what changed`}
        language={part === "source" ? to.language : "json"}
        value={text}
        onInput={() => {}}
        extensions={extensions}
        readOnly
      />
    </>
  );
}

function textOf(part: Part, version: Version): string {
  return part === "source" ? version.source : JSON.stringify(version[part], undefined, 2);
}
