import "./agent.css";
import { type FunctionComponent } from "preact";
import { useRoute } from "preact-iso";
import type { Agent } from "../../../sdk/mod.ts";
import { api } from "../../api.ts";
import { account } from "../../session/session.ts";
import { lazyPart } from "../../ui/lazy.tsx";
import { useLoad } from "../../ui/load.ts";
import { Page } from "../../ui/page.tsx";
import { problemOf, ProblemView } from "../../ui/problem.tsx";
import { Loading, StatusBadge } from "../../ui/states.tsx";
import { recallByName } from "./edit/draft.ts";
import { Gone } from "./edit/gone.tsx";
import { type TabProps, TABS } from "./tabs.ts";

type Tab = FunctionComponent<TabProps>;
const CONTENT: Readonly<Record<string, Tab>> = {
  edit: lazyPart(() => import("./edit/tab.tsx").then((tab) => tab.EditTab)),
  run: lazyPart(() => import("./run/tab.tsx").then((tab) => tab.RunTab)),
  versions: lazyPart(() => import("./versions/tab.tsx").then((tab) => tab.VersionsTab)),
  history: lazyPart(() => import("./history.tsx").then((tab) => tab.HistoryTab)),
  triggers: lazyPart(() => import("./triggers/tab.tsx").then((tab) => tab.TriggersTab)),
  settings: lazyPart(() => import("./settings.tsx").then((tab) => tab.SettingsTab)),
};

/** One agent: written, run, looked back on and set in motion, each on a tab with its own address. */
export function AgentPage() {
  const { name = "", tab = "" } = useRoute().params;
  const agent = useLoad(() => api().agents.get(name), [name]);
  const isGone = problemOf(agent.error).code === "not_found";
  if (agent.data?.name === name && !isGone) {
    return <Frame agent={agent.data} tab={tab || "edit"} onChange={agent.reload} />;
  }
  return (
    <Page title={name}>
      {agent.loading && <Loading />}
      {!agent.loading &&
        (isGone
          ? <Missing name={name} />
          : <ProblemView error={agent.error} retry={agent.reload} />)}
    </Page>
  );
}

function Frame({ agent, tab, onChange }: { agent: Agent; tab: string; onChange(): void }) {
  const { name, description, state, current_version } = agent;
  const Content = Object.hasOwn(CONTENT, tab) ? CONTENT[tab] : undefined;
  return (
    <Page
      title={name}
      lead={description}
      actions={
        <>
          <StatusBadge status={state} />
          <span class="quiet">version {current_version}</span>
        </>
      }
    >
      <nav class="tabs" aria-label={`Parts of ${name}`}>
        <ul>
          {TABS.map(([path, title]) => (
            <li key={path}>
              <a
                href={`/agents/${name}/${path}`}
                {...path === tab && { "aria-current": "page" }}
              >
                {title}
              </a>
            </li>
          ))}
          <li>
            <a href={`/agents/${name}/files`}>Files</a>
          </li>
        </ul>
      </nav>
      {Content ? <Content key={agent.id} agent={agent} onChange={onChange} /> : (
        <p>
          An agent has no such part. <a href={`/agents/${name}/edit`}>To its editor</a>
        </p>
      )}
    </Page>
  );
}

/** An agent that is not there, or not ours: what was typed for it in this tab is offered anew. */
function Missing({ name }: { name: string }) {
  const draft = recallByName(sessionStorage, account.value?.id ?? "", name);
  return (
    <>
      <p>
        You have no agent of this name. <a href="/agents">To your agents</a>
      </p>
      {draft && <Gone draft={draft} />}
    </>
  );
}
