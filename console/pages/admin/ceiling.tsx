import { useEffect, useState } from "preact/hooks";
import type { Policy } from "../../../sdk/wire.ts";
import { api } from "../../api.ts";
import { AreaField, Form } from "../../ui/form.tsx";
import { useAction, useLoad } from "../../ui/load.ts";
import { Page } from "../../ui/page.tsx";
import { ProblemView } from "../../ui/problem.tsx";
import { Loading } from "../../ui/states.tsx";
import { toast } from "../../ui/toast.tsx";

/** What no agent's policy can exceed, whoever wrote or approved it. */
export function CeilingPage() {
  const ceiling = useLoad((signal) => api().request("GET", "/admin/policy", { signal }));
  return (
    <Page
      title="Policy ceiling"
      lead="What no agent can exceed, whatever its own policy says. It counts from the next call on."
    >
      <ProblemView error={ceiling.error} retry={ceiling.reload} />
      {ceiling.data === undefined && ceiling.loading && <Loading />}
      {ceiling.data && <CeilingForm ceiling={ceiling.data} />}
    </Page>
  );
}

function CeilingForm({ ceiling }: { ceiling: Policy }) {
  const [text, setText] = useState(() => write(ceiling));
  useEffect(() => setText(write(ceiling)), [ceiling]);
  const action = useAction(async () => {
    setText(write(await api().request("PUT", "/admin/policy", { body: read(text) })));
    toast("The ceiling is set.");
  });
  return (
    <Form action={action} submit="Set the ceiling">
      <AreaField
        label="Ceiling, as JSON"
        hint="The shape of an agent's policy. A tool that is left out is closed to everybody."
        value={text}
        onInput={setText}
        rows={24}
        code
      />
    </Form>
  );
}

function write(policy: Policy): string {
  return JSON.stringify(policy, null, 2);
}

/** The server says what is wrong with a policy; here it only has to be JSON. */
function read(text: string) {
  try {
    return JSON.parse(text);
  } catch (error) {
    throw new Error(`This is not JSON: ${error instanceof Error ? error.message : "unreadable"}`);
  }
}
