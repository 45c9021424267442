import type { Egress } from "../../_shared/egress/egress.ts";
import type { ServiceSettings } from "../../_shared/env_services.ts";
import { createLlm } from "../../_shared/llm/client.ts";
import { LIST_PRICES } from "../../_shared/llm/prices.ts";
import type { SecretKeeper } from "../../_shared/vault/keeper.ts";
import type { Tool } from "../calls/tool.ts";
import type { Examine } from "../email/files.ts";
import type { Mailer } from "../email/mailer.ts";
import { createOutbox } from "../email/outbox.ts";
import { createResend } from "../email/resend.ts";
import { createEmailTool } from "../email/tool.ts";
import { createGithub } from "../github/client.ts";
import { createGithubTool } from "../github/tool.ts";
import { createLlmTool } from "../llm/tool.ts";
import { createBrave } from "../search/brave.ts";
import type { SearchEngine } from "../search/engine.ts";
import { createSearxng } from "../search/searxng.ts";
import { createSearchTool } from "../search/tool.ts";

/** What the services are reached and paid with. */
export interface ServiceDeps {
  settings: ServiceSettings;
  /** The only way out. */
  egress: Egress;
  /** Opens users' own keys; without it they have none. */
  secrets: SecretKeeper | undefined;
  /** Looks at what is sent to people. */
  examine: Examine;
}

/** The tools that are built on services: `llm`, `search`, `github`, `email`. */
export function createServiceTools({ settings, egress, secrets, examine }: ServiceDeps): Tool[] {
  const { llm, github, blockedHosts: blocked } = settings;
  return [
    createLlmTool({
      llm: createLlm(egress, llm.urls),
      prices: { ...LIST_PRICES, ...llm.prices },
      keys: llm.keys,
      secrets,
    }),
    createSearchTool({ engine: engineOf(settings, egress), blocked }),
    createGithubTool({ github: createGithub(egress, github), secrets }),
    createEmailTool({ mailer: mailerOf(settings, egress), examine }),
  ];
}

function engineOf({ search }: ServiceSettings, egress: Egress): SearchEngine | undefined {
  if (search === undefined) return undefined;
  return search.provider === "brave" ? createBrave(egress, search) : createSearxng(egress, search);
}

function mailerOf({ email }: ServiceSettings, egress: Egress): Mailer | undefined {
  if (email === undefined) return undefined;
  return email.via === "resend" ? createResend(egress, email) : createOutbox(email);
}
