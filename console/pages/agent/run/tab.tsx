import { useState } from "preact/hooks";
import type { Agent, Version } from "../../../../sdk/mod.ts";
import { api } from "../../../api.ts";
import { fieldOf } from "../../../schema/field.ts";
import { SchemaForm } from "../../../schema/form.tsx";
import { JsonField } from "../../../schema/json.tsx";
import { initialValue } from "../../../schema/value.ts";
import { useKept } from "../../../session/kept.ts";
import { can } from "../../../session/permissions.ts";
import { CheckField, Form, SelectField } from "../../../ui/form.tsx";
import { useAction, useLoad } from "../../../ui/load.ts";
import { ProblemView } from "../../../ui/problem.tsx";
import { Loading } from "../../../ui/states.tsx";
import type { TabProps } from "../tabs.ts";
import { LiveRun } from "./live.tsx";

/** How many versions can be chosen from. */
const CHOICES = 20;

/** Runs an agent: asks for the input that its version takes, and shows the run as it goes on. */
export function RunTab({ agent }: TabProps) {
  const { name, current_version } = agent;
  const [chosen, setChosen] = useState<number>();
  const version = chosen ?? current_version;
  const { versions } = api().agents;
  const all = useLoad(() => versions.list(name).take(CHOICES), [agent.id, current_version]);
  const found = useLoad(() => versions.get(name, version), [agent.id, version]);
  if (agent.state !== "active") return <p>An agent that is {agent.state} does not run.</p>;
  if (!can("agents:execute")) return <p>Your role reads agents and does not run them.</p>;
  return (
    <>
      <SelectField
        label="Version"
        value={String(version)}
        options={(all.data ?? [{ version }]).map((one) =>
          [String(one.version), titleOf(one.version, current_version)] as const
        )}
        onInput={(text) => setChosen(Number(text))}
      />
      <ProblemView error={found.error} retry={found.reload} />
      {found.data?.version === version
        ? <RunPanel key={version} agent={agent} version={found.data} />
        : found.loading && <Loading />}
    </>
  );
}

function titleOf(version: number, current: number): string {
  return version === current ? `${version} (published)` : String(version);
}

function RunPanel({ agent, version }: { agent: Agent; version: Version }) {
  const field = fieldOf(version.input_schema ?? {}, "input");
  const [kept, setInput] = useKept(`input.${agent.id}`);
  const input = kept === undefined ? initialValue(field) : kept;
  const [asJson, setAsJson] = useState(false);
  const [record, setRecord] = useState(false);
  const [run, setRun] = useState<string>();
  const start = useAction(async () => {
    const options = { version: version.version, ...record && { record } };
    setRun((await api().start(agent.name, input, options)).id);
  });
  const part = { field, value: input, onChange: setInput, path: "", error: start.error };
  return (
    <>
      <Form
        action={start}
        submit="Run"
        extra={kept !== undefined && (
          <button
            type="button"
            class="outline"
            onClick={() => setInput(undefined)}
          >
            Reset the input
          </button>
        )}
      >
        {field.kind !== "json" && (
          <CheckField label="Input as JSON" checked={asJson} onInput={setAsJson} />
        )}
        {asJson ? <JsonField {...part} /> : <SchemaForm {...part} required />}
        {can("agents:write") && (
          <CheckField
            label="Record which policy it needs"
            hint="The operator's ceiling decides alone, and no secret is used."
            checked={record}
            onInput={setRecord}
          />
        )}
      </Form>
      {run !== undefined && <LiveRun key={run} id={run} />}
    </>
  );
}
