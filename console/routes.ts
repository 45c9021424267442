import type { FunctionComponent } from "preact";
import { OPERATE } from "./pages/admin/routes.ts";
import type { Permission } from "./session/permissions.ts";

/** One page of the console. Its code is loaded when somebody goes there. */
export interface Route {
  /** As the address bar has it; `:name` is a parameter, which `useRoute().params` decodes. */
  readonly path: string;
  /** What the navigation calls it; absent for pages that others lead to. */
  readonly nav?: string;
  /** Under which heading the navigation lists it. */
  readonly group?: Group;
  /** Who has no such permission sees no link, and a sensible page at the address. */
  readonly needs?: Permission;
  readonly load: () => Promise<FunctionComponent>;
}

/** The headings of the navigation, in their order. */
export const GROUPS = ["Work", "Account", "Operate"] as const;
export type Group = typeof GROUPS[number];

/** All pages, in the navigation's order. */
export const ROUTES: readonly Route[] = [
  {
    path: "/agents",
    nav: "Agents",
    group: "Work",
    needs: "agents:read",
    load: () => import("./pages/agents/page.tsx").then((page) => page.AgentsPage),
  },
  {
    path: "/new-agent",
    needs: "agents:write",
    load: () => import("./pages/new_agent/page.tsx").then((page) => page.NewAgentPage),
  },
  {
    path: "/runs",
    nav: "Runs",
    group: "Work",
    needs: "agents:read",
    load: () => import("./pages/runs/page.tsx").then((page) => page.RunsPage),
  },
  {
    path: "/runs/:id",
    needs: "agents:read",
    load: () => import("./pages/run/page.tsx").then((page) => page.RunPage),
  },
  {
    path: "/agents/:name/files",
    needs: "agents:read",
    load: () => import("./pages/files/page.tsx").then((page) => page.FilesPage),
  },
  {
    path: "/usage",
    nav: "Usage",
    group: "Work",
    needs: "agents:read",
    load: () => import("./pages/usage/page.tsx").then((page) => page.UsagePage),
  },
  {
    path: "/keys",
    nav: "API keys",
    group: "Account",
    needs: "keys:manage",
    load: () => import("./pages/keys/page.tsx").then((page) => page.KeysPage),
  },
  {
    path: "/secrets",
    nav: "Secrets",
    group: "Account",
    needs: "secrets:manage",
    load: () => import("./pages/secrets/page.tsx").then((page) => page.SecretsPage),
  },
  {
    path: "/account",
    nav: "Account",
    group: "Account",
    load: () => import("./pages/account/page.tsx").then((page) => page.AccountPage),
  },
  {
    path: "/oauth/consent",
    load: () => import("./pages/consent/page.tsx").then((page) => page.ConsentPage),
  },
  ...OPERATE,
  {
    path: "/agents/:name/:tab?",
    needs: "agents:read",
    load: () => import("./pages/agent/page.tsx").then((page) => page.AgentPage),
  },
];

/** Where one comes to after signing in. */
export const HOME = "/agents";
