import { can } from "../../../session/permissions.ts";
import type { TabProps } from "../tabs.ts";
import { Hooks } from "./hooks.tsx";
import { Schedules } from "./schedules.tsx";
import { Webhooks } from "./webhooks.tsx";

/** What sets an agent in motion, and who is told of its runs. */
export function TriggersTab({ agent: { name } }: TabProps) {
  const mayChange = can("agents:write") && can("agents:execute");
  return (
    <>
      {!mayChange && <p class="quiet">Your role reads triggers and does not change them.</p>}
      <Schedules agent={name} mayChange={mayChange} />
      <Hooks agent={name} mayChange={mayChange} />
      <Webhooks agent={name} mayChange={mayChange} />
    </>
  );
}

/** What each part of the tab is given. */
export interface TriggerProps {
  agent: string;
  mayChange: boolean;
}
