import { useState } from "preact/hooks";
import { RUN_ENDINGS, type Webhook, type WebhookWithSecret } from "../../../../sdk/mod.ts";
import { api } from "../../../api.ts";
import { Dialog } from "../../../ui/dialog.tsx";
import { CheckField, Form, TextField } from "../../../ui/form.tsx";
import { useAction } from "../../../ui/load.ts";

type Status = typeof RUN_ENDINGS[number];

/** A new webhook, or another look at one. */
export function WebhookDialog({ agent, of, onClose }: {
  agent: string;
  of: Webhook | undefined;
  onClose(made: WebhookWithSecret | undefined): void;
}) {
  const [url, setUrl] = useState(of?.url ?? "https://");
  const [statuses, setStatuses] = useState<readonly Status[]>(of?.statuses ?? RUN_ENDINGS);
  const [enabled, setEnabled] = useState(of?.enabled ?? true);
  const action = useAction(async () => {
    const { webhooks } = api().agents;
    const wanted = { url, statuses: [...statuses] };
    if (of === undefined) return onClose(await webhooks.create(agent, wanted));
    await webhooks.update(agent, of.id, { ...wanted, enabled });
    onClose(undefined);
  });
  return (
    <Dialog
      title={of ? "Change the webhook" : "New webhook"}
      onClose={() => onClose(undefined)}
    >
      <Form action={action} submit={of ? "Save" : "Create webhook"}>
        <TextField
          label="Address"
          hint="https, on the Internet."
          type="url"
          path="url"
          error={action.error}
          required
          value={url}
          onInput={setUrl}
        />
        <fieldset>
          <legend>It is told of runs that have ended as</legend>
          {RUN_ENDINGS.map((status) => (
            <CheckField
              key={status}
              label={status.replaceAll("_", " ")}
              checked={statuses.includes(status)}
              onInput={(wanted) =>
                setStatuses(
                  RUN_ENDINGS.filter((one) => one === status ? wanted : statuses.includes(one)),
                )}
            />
          ))}
        </fieldset>
        {of && <CheckField label="Switched on" checked={enabled} onInput={setEnabled} />}
      </Form>
    </Dialog>
  );
}
