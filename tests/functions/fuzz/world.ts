import assert from "@std/assert";
import postgres from "postgres";
import * as z from "zod";
import { newAddress, type Person, person, testStack } from "../../stack.ts";
import { AGENT_NAMES, Pick, type PoolName } from "./hints.ts";

/** Somebody who sends requests: with this `Authorization`, or without one. */
export interface Actor {
  kind: "user" | "admin" | "key" | "nobody" | "impostor";
  authorization: string | undefined;
}

/** Calls a function of the platform. */
export type Ask = (path: string, init: RequestInit) => Promise<Response>;

const USERS = 12;
const ADMINS = 8;
const BLOCKED = 3;
/** Who calls a route that is for administrators, and who calls others; of each the same share. */
const CALLERS = {
  admin: ["admin", "admin", "admin", "admin", "admin", "user", "key", "nobody", "impostor"],
  other: ["user", "user", "user", "user", "user", "admin", "key", "nobody", "impostor"],
} as const;

const SCOPES = [
  ...["agents:read", "agents:write", "agents:execute", "agents:stream", "runs:cancel"],
];

/** Who is there and what there is, for requests that lead somewhere. */
export class World {
  readonly #actors: Record<Actor["kind"], Actor[]>;
  readonly #pools: Record<PoolName, Set<string>>;
  /** What an actor has heard of: half of the time one asks for what is one's own. */
  readonly #heard = new Map<Actor, Map<PoolName, string[]>>();
  /** Not for others: the key that an actor comes with would be gone. */
  readonly #kept = new Set<string>();

  /** `ceiling` is the operator's, which other tests rely on. */
  constructor(actors: Record<Actor["kind"], Actor[]>, readonly ceiling: unknown) {
    this.#actors = actors;
    this.#pools = {
      agent_name: new Set(AGENT_NAMES),
      agent: new Set(),
      run: new Set(),
      key: new Set(),
      secret: new Set(),
      user: new Set(),
      alert: new Set(),
      rule: new Set(["fuzz_rule"]),
      quarantine: new Set(),
      evidence: new Set(),
      address: new Set(["192.0.2.1"]),
      cursor: new Set(),
      target: new Set(),
    };
  }

  /** Somebody for a route, by a number. */
  actor(number: number, path: string): Actor {
    const kinds = path.startsWith("/admin") ? CALLERS.admin : CALLERS.other;
    const kind = kinds[number % kinds.length] ?? "nobody";
    const all = this.#actors[kind];
    return all[Math.floor(number / kinds.length) % all.length] ?? assert.fail("nobody is there");
  }

  /** A value with what it stands for in place of each `Pick`. */
  fill(value: unknown, actor: Actor): unknown {
    if (value instanceof Pick) {
      const own = value.index % 2 === 0 ? this.#heard.get(actor)?.get(value.pool) : undefined;
      const all = own ?? [...this.#pools[value.pool]];
      return all[Math.floor(value.index / 2) % all.length] ?? "none";
    }
    if (Array.isArray(value)) return value.map((each) => this.fill(each, actor));
    if (typeof value !== "object" || value === null) return value;
    return Object.fromEntries(
      Object.entries(value).map(([name, each]) => [name, this.fill(each, actor)]),
    );
  }

  add(pool: PoolName, ...values: readonly string[]): void {
    for (const value of values) this.#pools[pool].add(value);
  }

  #hear(actor: Actor, pool: PoolName, id: string): void {
    const heard = this.#heard.get(actor) ?? new Map<PoolName, string[]>();
    this.#heard.set(actor, heard.set(pool, [...heard.get(pool) ?? [], id].slice(-20)));
  }

  keep(id: string): void {
    this.#kept.add(id);
  }

  /** Remembers what an answer names, up to so many of a kind. */
  learn(text: string, actor?: Actor): void {
    const named = /"(run|key|secret|alert|quarantine|evidence)_[0-9a-f]{32}"/g;
    for (const [quoted, kind] of text.matchAll(named)) {
      const pool = z.enum(["run", "key", "secret", "alert", "quarantine", "evidence"]).parse(kind);
      const id = quoted.slice(1, -1);
      if (this.#kept.has(id)) continue;
      if (this.#pools[pool].size < 200) this.add(pool, id);
      if (actor !== undefined) this.#hear(actor, pool, id);
    }
    const cursor = /"next_cursor":"([^"]+)"/.exec(text)?.[1];
    if (cursor !== undefined && this.#pools.cursor.size < 200) this.add("cursor", cursor);
  }
}

/** A world of its own: people, agents with runs, keys, blocked addresses and a rule. */
export async function createWorld(ask: Ask): Promise<World> {
  const users = await people("user", USERS);
  const admins = await people("admin", ADMINS);
  const victims = await people("victim", 2);
  await operate(async (sql) => {
    for (const { id } of admins) {
      await sql`insert into app.user_roles (user_id, role) values (${id}, 'admin')`;
    }
    await sql`insert into public.alert_rules (name, type, threshold, window_s, per, enabled)
      values ('fuzz_rule', 'anomaly', 1000, 60, 'user', false)`;
  });
  const send = sender(ask);
  const keys: { id: string; secret: string }[] = [];
  for (const someone of [...users, ...admins, ...victims]) {
    for (const name of ["fuzz-a", "fuzz-b"]) {
      const agent = { name, source: "export default (input) => input;" };
      await send(someone, "/agents", agent, 201);
    }
  }
  for (const user of users.slice(0, 8)) {
    const key = await send(user, "/admin/keys", { name: "fuzz", scopes: SCOPES }, 201);
    keys.push(z.object({ id: z.string(), secret: z.string() }).parse(key));
  }
  const world = new World({
    user: users.map((each) => bearer("user", each.token)),
    admin: admins.map((each) => bearer("admin", each.token)),
    key: keys.map(({ secret }) => bearer("key", secret)),
    nobody: [{ kind: "nobody", authorization: undefined }],
    impostor: impostors(users[0]?.token ?? "", keys[0]?.secret ?? ""),
  }, await ceilingNow());
  for (const { id } of keys) world.keep(id);
  world.add("user", ...victims.map(({ id }) => id), crypto.randomUUID());
  world.add("target", ...victims.map(({ id }) => id));
  for (const victim of victims) await addTargets(world, send, victim);
  for (let i = 0; i < BLOCKED; i++) world.add("address", await provoke(ask));
  return world;
}

/** Removes what the world has left in the database, as far as it goes on its own. */
export async function removeWorld(): Promise<void> {
  await operate(async (sql) => {
    await sql`update public.quarantines set released_at = now()
      where released_at is null and created_by in (
        select id from auth.users where email like 'fuzz-%')`;
    await sql`update public.legal_holds set released_at = now(), released_by = created_by
      where released_at is null and created_by in (
        select id from auth.users where email like 'fuzz-%')`;
    await sql`delete from public.alert_rules where name = 'fuzz_rule'`;
    await sql`delete from public.agents where owner_id in (
      select id from auth.users where email like 'fuzz-%')`;
  });
}

async function ceilingNow(): Promise<unknown> {
  let ceiling: unknown;
  await operate(async (sql) => {
    [ceiling] = (await sql`select tool_ceiling from app.settings`).map((row) => row.tool_ceiling);
  });
  return ceiling;
}

async function operate(work: (sql: postgres.Sql) => Promise<unknown>): Promise<void> {
  const sql = postgres(testStack().adminUrl, { max: 1 });
  try {
    await work(sql);
  } finally {
    await sql.end();
  }
}

async function people(name: string, count: number): Promise<Person[]> {
  return await Promise.all(Array.from({ length: count }, () => person(`fuzz-${name}`)));
}

function sender(ask: Ask) {
  return async ({ token, address }: Person, path: string, body: unknown, status: number) => {
    const response = await ask(path, {
      method: "POST",
      headers: {
        authorization: `Bearer ${token}`,
        "content-type": "application/json",
        "x-client-address": address,
      },
      body: JSON.stringify(body),
    });
    const text = await response.text();
    assert.equal(response.status, status, text);
    return JSON.parse(text);
  };
}

/** What quarantines and evidence can be about, and what ids there are to begin with. */
async function addTargets(
  world: World,
  send: ReturnType<typeof sender>,
  victim: Person,
): Promise<void> {
  const { id } = z.object({ id: z.string() })
    .parse(
      await send(victim, "/agents", { name: "fuzz-c", source: "export default () => 1;" }, 201),
    );
  const key = await send(victim, "/admin/keys", { name: "victim", scopes: ["agents:read"] }, 201);
  world.add("target", id, z.object({ id: z.string() }).parse(key).id);
  world.learn(JSON.stringify(await send(victim, "/execute/agents/fuzz-a", { input: 1 }, 200)));
}

/** An address that is blocked for guessing tokens. */
async function provoke(ask: Ask): Promise<string> {
  const address = newAddress();
  for (let i = 0; i < 12; i++) {
    const headers = { authorization: "Bearer not.a.token", "x-client-address": address };
    await (await ask("/agents", { headers })).body?.cancel();
  }
  return address.replace(/::1$/, "::/64");
}

function bearer(kind: Actor["kind"], token: string): Actor {
  return { kind, authorization: `Bearer ${token}` };
}

/** Credentials that are none. */
function impostors(token: string, key: string): Actor[] {
  const [header = "", payload = ""] = token.split(".");
  const none = btoa('{"alg":"none","typ":"JWT"}').replaceAll("=", "");
  return [
    `Bearer ${header}.${payload}.${"A".repeat(86)}`,
    `Bearer ${none}.${payload}.`,
    `Bearer ${token.slice(0, -20)}`,
    `Bearer ${key.slice(0, -1)}`,
    `Bearer ${key.replace("ck_test_", "ck_live_")}`,
    `Bearer ck_test_${"a".repeat(16)}_${"b".repeat(49)}`,
    `Bearer ${"x".repeat(9_000)}`,
    `Bearer ${token} ${token}`,
    "Basic dXNlcjpwYXNz",
    `Bearer ${testStack().publishableKey}`,
    "Bearer",
    "",
    "Bearer \x80\xff",
  ].map((authorization) => ({ kind: "impostor", authorization }));
}
