import assert from "@std/assert";
import { BackupError } from "../../../scripts/backup/format.ts";
import { Fingerprint } from "../../../scripts/backup/file.ts";
import { load } from "../../../scripts/backup/load.ts";
import { openServer, type Server } from "../../../scripts/database/server.ts";
import { fillTables } from "../../database/cast.ts";
import * as rig from "./rig.ts";

/** A backup of everybody's rows, and an empty database that nothing must change. */
interface World {
  key: { recipient: string; identity: string };
  backup: Uint8Array;
  archive: Uint8Array<ArrayBuffer>;
  target: rig.Place;
  before: Record<string, string>;
}

const opened = new AsyncDisposableStack();
let server: Server;
let world: World;

Deno.test.beforeAll(async () => {
  server = opened.use(await openServer());
  await using from = await rig.newPlace(server.adminUrl);
  await from.scratch.connect(1).begin(fillTables);
  const key = await rig.newKey();
  const { bytes: backup } = await rig.backUp(from.sql, key);
  const target = opened.use(await rig.newPlace(server.adminUrl));
  const [archive, before] = [await rig.open(key, backup), await rig.digest(target.sql)];
  world = { key, backup, archive, target, before };
});
Deno.test.afterAll(() => opened.disposeAsync());

/** Tries to restore, and finds that it was refused for this reason and left nothing behind. */
async function refused(bytes: Uint8Array, reason: RegExp, what = "", key: rig.TestKey = world.key) {
  const error = await rig.restore(world.target.sql, key, bytes).then(
    () => assert.fail(`${what}: restored`),
    (error: unknown) => error,
  );
  assert.ok(error instanceof BackupError, `${what}: ${error}`);
  assert.match(error.message, reason, what);
}

async function unchanged(): Promise<void> {
  assert.deepEqual(await rig.digest(world.target.sql), world.before);
  const triggers = await world.target.sql`
    select from pg_trigger where not tgisinternal and tgenabled <> 'O'
  `;
  assert.equal(triggers.length, 0, "every trigger fires");
}

/** The archive, written anew: entries out, in, or other than they were. */
async function rewritten(
  change: (name: string, body: Uint8Array<ArrayBuffer>) => Uint8Array<ArrayBuffer> | undefined,
) {
  const pieces: Uint8Array<ArrayBuffer>[] = [];
  for (const { name, at, size } of rig.bordersOf(world.archive)) {
    const head = world.archive.slice(at, at + 512);
    const body = name === ""
      ? new Uint8Array(512)
      : change(name, world.archive.slice(at + 512, at + 512 + size));
    if (body === undefined) continue;
    if (name !== "") rig.setSize(head, body.length);
    pieces.push(head, body, new Uint8Array((512 - body.length % 512) % 512));
  }
  return await rig.close(world.key, new Uint8Array(await new Blob(pieces).arrayBuffer()));
}

Deno.test("a backup that was cut off at any entry is refused, and changes nothing", async () => {
  const borders = rig.bordersOf(world.archive);
  assert.ok(borders.length > 15, `${borders.length} entries`);
  for (const { name, at } of borders) {
    if (name === "") continue;
    const cut = world.archive.slice(0, at);
    const ended = new Uint8Array([...cut, ...new Uint8Array(1024)]);
    const reason = at === 0 ? /cut off|empty/ : /cut off/;
    await refused(await rig.close(world.key, cut), reason, `before ${name}`);
    await refused(await rig.close(world.key, ended), reason, `ended before ${name}`);
  }
  await unchanged();
});

Deno.test("a backup that was cut off or changed at any byte is refused, and changes nothing", async () => {
  for (let turn = 0; turn < 40; turn++) {
    const at = Math.floor(Math.random() * (world.backup.length - 1));
    await refused(world.backup.slice(0, at), /cut off|empty/, `cut at ${at}`);
    const flipped = world.backup.slice();
    flipped[at] = (flipped[at] ?? 0) ^ (1 << turn % 8);
    await refused(flipped, /changed|does not open/, `flipped at ${at}`);
  }
  await unchanged();
});

Deno.test("a backup does not open with another passphrase or another identity", async () => {
  const passphrase = "correct horse battery";
  const locked = await rig.close({ passphrase, workFactor: 4 }, world.archive);
  await refused(locked, /does not open with this key/, "passphrase", { passphrase: "wrong one" });
  await refused(world.backup, /does not open with this key/, "identity", await rig.newKey());
  await refused(world.backup, /does not open|no backup/, "kind", { passphrase });
  await refused(world.backup, /takes a passphrase or an identity/, "none", {});
  await unchanged();
});

Deno.test("what is no backup, or one of a newer format, is told so by name", async () => {
  const text = new TextEncoder().encode("hello, world");
  await refused(text, /no backup/, "text");
  await refused(new Uint8Array(), /no backup/, "nothing");
  await refused(await rig.close(world.key, text), /opens, but is no whole backup/, "a locked text");
  const newer = await rewritten((name, body) =>
    name === "cloister.json" ? rig.edit(body, { version: 2, unknown: true }) : body
  );
  await refused(newer, /format 2, which is newer/, "newer");
  const other = await rewritten((name, body) =>
    name === "cloister.json" ? rig.edit(body, { format: "another" }) : body
  );
  await refused(other, /no backup of Cloister/, "another format");
  await unchanged();
});

Deno.test("an archive with an entry missing, added, moved or changed is refused", async () => {
  const names = rig.bordersOf(world.archive).map(({ name }) => name).filter((name) => name !== "");
  for (const gone of names.slice(0, -1)) {
    const reason = gone === "cloister.json" ? /does not begin/ : /is missing/;
    await refused(await rewritten((name, body) => name === gone ? undefined : body), reason, gone);
  }
  const changed = await rewritten((name, body) =>
    name.startsWith("tables/app.settings/") ? body.map(flipSettings) : body
  );
  await refused(changed, /not as it was written/, "changed");
  await unchanged();
});

/** Another digit where there was one: still a row that Postgres takes. */
function flipSettings(byte: number): number {
  return byte === 0x31 ? 0x32 : byte;
}

Deno.test("a database with other chapters or other tables is no target", async () => {
  const { sql } = world.target;
  const foreign = await rig.repacked(world.archive, ({ name, bytes }) => ({
    name,
    bytes: name === "cloister.json" ? rig.edit(bytes, { chapters: ["20990101000000"] }) : bytes,
  }));
  const chapters = await rig.close(world.key, foreign);
  await refused(chapters, /other chapters than the backup: it lacks 20990101000000/);
  await sql`alter table public.agents rename description to about`;
  await refused(world.backup, /public.agents has no column description of type text/);
  await sql`alter table public.agents rename about to description`;
  await unchanged();
});

Deno.test("a database that somebody has used is no target", async () => {
  await using used = await rig.newPlace(server.adminUrl);
  const attempt = () => rig.restore(used.sql, world.key, world.backup);
  await used.sql`insert into auth.users (id) values (gen_random_uuid())`;
  await assert.rejects(attempt(), /The target has users/);
  await used.sql`delete from auth.users`;
  await used.sql`update app.settings set max_agents = 7`;
  const before = await rig.digest(used.sql);
  await assert.rejects(attempt(), /The target has an audit log/);
  assert.deepEqual(await rig.digest(used.sql), before);
});

Deno.test("an archive whose rows do not fit together is refused by the database, and changes nothing", async () => {
  const forge = async (table: string, change: (row: string) => string) =>
    await rig.close(
      world.key,
      await rig.repacked(world.archive, ({ name, bytes }) => ({
        name,
        bytes: name.startsWith(`tables/${table}/`)
          ? new TextEncoder().encode(change(new TextDecoder().decode(bytes)))
          : bytes,
      })),
    );
  const attempt = (bytes: Uint8Array) => rig.restore(world.target.sql, world.key, bytes);
  const orphans = await forge("public.agents", (rows) => rows.replaceAll("616e6e", "7a7a7a"));
  await assert.rejects(attempt(orphans), /foreign key/);
  const edited = await forge(
    "public.audit_log",
    (rows) => rows.replace("agent.created", "agent.updated"),
  );
  await assert.rejects(attempt(edited), /audit chain is broken: edited at entry/);
  const fewer = await forge("app.role_permissions", (rows) => rows.slice(rows.indexOf("\n") + 1));
  await assert.rejects(attempt(fewer), /app.role_permissions has \d+ rows, and the backup says/);
  const broken = await forge("app.settings", (rows) => rows.replaceAll("\t", ""));
  await assert.rejects(attempt(broken), /missing data|invalid input/);
  await unchanged();
});

Deno.test("a backup that was forged for the same recipient is not the one whose SHA-256 was noted", async () => {
  const forged = await rig.close(world.key, world.archive);
  const print = new Fingerprint();
  await new Response(new Blob([world.backup.slice()]).stream().pipeThrough(print.through()))
    .bytes();
  const attempt = (bytes: Uint8Array[], expected?: string) => {
    const open = () => Promise.resolve(new Blob([bytes.shift()?.slice() ?? ""]).stream());
    return load(world.target.sql, { key: world.key, open, expected });
  };
  await assert.rejects(
    attempt([forged, forged], print.sha256),
    /another backup than the one expected/,
  );
  const exchanged = attempt([world.backup, forged], print.sha256);
  await assert.rejects(exchanged, /changed while it was read/);
  await unchanged();
});

Deno.test("a backup brings nothing that the database would execute, nor what is none of ours", async () => {
  const bring = async (member: "tables" | "sequences", foreign: Record<string, unknown>) =>
    await rig.close(
      world.key,
      await rig.repacked(world.archive, ({ name, bytes }) => {
        if (name !== "cloister.json") return { name, bytes };
        const header = JSON.parse(new TextDecoder().decode(bytes));
        return { name, bytes: rig.edit(bytes, { [member]: [...header[member], foreign] }) };
      }),
    );
  for (const name of ["jobs", "partitioned", "context_key"]) {
    const table = { schema: "app", name, columns: [] };
    await refused(await bring("tables", table), new RegExp(`no table app.${name}`), name);
  }
  const sequence = { schema: "auth", name: "ids", last: "1", called: true };
  await refused(await bring("sequences", sequence), /no sequence auth.ids/);
  await unchanged();
});
