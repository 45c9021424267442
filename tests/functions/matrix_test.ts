/**
 * Every role × every route × own, another's and missing × session and API key. What is expected is
 * written down in `matrix/expected.ts`; which routes there are is asked of the functions themselves.
 */
import assert from "@std/assert";
import admin from "../../supabase/functions/admin/index.ts";
import agents from "../../supabase/functions/agents/index.ts";
import execute from "../../supabase/functions/execute/index.ts";
import mcp from "../../supabase/functions/mcp/index.ts";
import retention from "../../supabase/functions/retention/index.ts";
import { ADDRESS_HEADER, newAddress, person } from "../stack.ts";
import {
  inRole,
  missing,
  operator,
  plant,
  plantKey,
  plantShared,
  promise,
  type Things,
  uuidOf,
} from "./matrix/cast.ts";
import { type Expected, ONE_AGENT, ROLES, ROUTES, SCOPES } from "./matrix/expected.ts";

const APPS = { admin, agents, execute, mcp, retention };
const REFUSED = "403 forbidden";
const NOT_THE_CLOCK = "401 token_invalid";
const NO_RUNNER = "401 key_invalid";
type Sql = ReturnType<typeof operator>;

/** Somebody with a credential, and what they may do with it. */
interface Actor {
  id: string;
  credential: string;
  may: readonly string[];
  /** Whether the credential is a person's, and no API key. */
  session?: true;
}

interface Reply {
  status: number;
  code: string | undefined;
  /** The answer with its request id, which is the same for all. */
  text: string;
}

async function ask(route: string, things: Things, credential: string | undefined): Promise<Reply> {
  const expected = entry(route);
  const [method = ""] = route.split(" ");
  const path = expected.path(things);
  const app = Object.entries(APPS).find(([name]) => path.split(/[/?]/)[1] === name)?.[1];
  const body = expected.body?.(things);
  const response = await app?.request(path, {
    method,
    headers: {
      "x-request-id": "matrix",
      [ADDRESS_HEADER]: newAddress(),
      ...(credential !== undefined && { authorization: `Bearer ${credential}` }),
      ...(body !== undefined && { "content-type": "application/json" }),
      ...expected.headers,
    },
    ...(body !== undefined && { body: JSON.stringify(body) }),
  });
  assert.ok(response, path);
  const text = await response.text();
  const isProblem = response.headers.get("content-type") === "application/problem+json";
  return { status: response.status, code: isProblem ? JSON.parse(text).code : undefined, text };
}

function entry(route: string): Expected {
  const expected = ROUTES[route];
  assert.ok(expected, `${route} is not in the table`);
  return expected;
}

/** What must come of a route for somebody who may do all of `may`, on what is theirs. */
function outcome(
  { needs, ok, code, session: alone }: Expected,
  { may, session }: Actor,
): string {
  if (needs === "clock") return NOT_THE_CLOCK;
  if (needs === "runner") return NO_RUNNER;
  const allowed = needs === "public" || needs.every((permission) => may.includes(permission));
  if (!allowed || (alone && !session)) return REFUSED;
  return code === undefined ? `${ok}` : `${ok} ${code}`;
}

function told({ status, code }: Reply): string {
  return code === undefined ? `${status}` : `${status} ${code}`;
}

/** Plays every route as somebody, and says where it went otherwise than it should. */
async function play(sql: Sql, actor: Actor, others: Things): Promise<string[]> {
  const wrong: string[] = [];
  const check = (what: string, found: string, wanted: string) => {
    if (found !== wanted) wrong.push(`${what}: ${found} instead of ${wanted}`);
  };
  const untouched = await plant(sql, actor.id, others);
  for (const [route, expected] of Object.entries(ROUTES)) {
    const wanted = outcome(expected, actor);
    const refused = wanted === REFUSED;
    const own = refused ? untouched : await plantFor(sql, actor, { expected, others });
    if (expected.names !== undefined) {
      const gone = await ask(route, missing(), actor.credential);
      check(`${route} of nobody's`, told(gone), refused ? REFUSED : "404 not_found");
      if (expected.names === "own") {
        const foreign = await ask(route, others, actor.credential);
        check(`${route} of another's`, foreign.text, gone.text);
      }
    }
    check(route, told(await ask(route, own, actor.credential)), wanted);
    // There are more routes than one may have keys.
    if (own !== untouched && own !== others) await dropKey(sql, own);
  }
  return wrong;
}

async function dropKey(sql: Sql, { key }: Things): Promise<void> {
  await sql`delete from public.api_keys where id = ${uuidOf(key)}`;
}

/** Things that a route may change, of the actor's or the operator's. */
async function plantFor(
  sql: Sql,
  { id }: Actor,
  { expected, others }: { expected: Expected; others: Things },
): Promise<Things> {
  if (typeof expected.needs === "string") return others;
  const isShared = expected.names === "shared";
  const shared = isShared ? await plantShared(sql, others.user, others.evidence) : others;
  return await plant(sql, id, shared);
}

/** A stranger's things, and the operator's. */
async function foreignThings(sql: Sql): Promise<Things> {
  const stranger = await person("stranger");
  const chief = await inRole(sql, "admin");
  const frozen = await ask("POST /admin/evidence", {
    ...missing(),
    agentId: missing().agentId,
  }, chief.token);
  const evidence: string = JSON.parse(frozen.text).id;
  return await plant(sql, stranger.id, await plantShared(sql, stranger.id, evidence));
}

Deno.test("the matrix holds every route that a function has mounted, and no other", () => {
  const mounted = Object.values(APPS).flatMap((app) =>
    app.routes.filter(({ method }) => method !== "ALL")
      .map(({ method, path }) => `${method} ${path}`)
  );
  const listed = Object.keys(ROUTES).map((route) => route.replace(/ as a stream$/, ""));
  assert.deepEqual([...new Set(listed)].sort(), [...new Set(mounted)].sort());
});

promise("nobody gets anywhere but to what is public", async () => {
  await using sql = operator();
  const things = await foreignThings(sql);
  for (const [route, { needs, ok, code }] of Object.entries(ROUTES)) {
    const open = code === undefined ? `${ok}` : `${ok} ${code}`;
    for (const about of [things, missing()]) {
      const reply = await ask(route, about, undefined);
      const refused = needs === "clock" ? NOT_THE_CLOCK : "401 unauthenticated";
      assert.equal(told(reply), needs === "public" ? open : refused, route);
    }
  }
});

for (const [role, may] of Object.entries(ROLES)) {
  promise(`a session of the role ${role} may do exactly what the role may`, async () => {
    await using sql = operator();
    const { id, token } = await inRole(sql, role);
    const actor: Actor = { id, credential: token, may, session: true };
    assert.deepEqual(await play(sql, actor, await foreignThings(sql)), []);
  });

  promise(
    `a key of the role ${role} with every scope may do what the role may, but manage keys`,
    async () => {
      await using sql = operator();
      const { id } = await inRole(sql, role);
      const { key } = await plantKey(sql, id, SCOPES);
      const rest = may.filter((permission) => permission !== "keys:manage");
      const actor: Actor = { id, credential: key, may: rest };
      assert.deepEqual(await play(sql, actor, await foreignThings(sql)), []);
    },
  );
}

for (const scope of SCOPES) {
  promise(`an admin's key with ${scope} alone may do nothing that needs more`, async () => {
    await using sql = operator();
    const { id } = await inRole(sql, "admin");
    const { key } = await plantKey(sql, id, [scope]);
    const actor: Actor = { id, credential: key, may: [scope] };
    assert.deepEqual(await play(sql, actor, await foreignThings(sql)), []);
  });
}

promise("a key for one agent cannot tell its owner's other agents from missing ones", async () => {
  await using sql = operator();
  const { id } = await inRole(sql, "streamer");
  const [its, other] = [await plant(sql, id, missing()), await plant(sql, id, missing())];
  const { key } = await plantKey(sql, id, ONE_AGENT, uuidOf(its.agentId));
  for (const [route, { names, ok, session }] of Object.entries(ROUTES)) {
    if (names !== "own" || session || route.includes("/keys/") || route.startsWith("DELETE")) {
      continue;
    }
    const gone = await ask(route, missing(), key);
    assert.equal(told(gone), "404 not_found", route);
    assert.equal((await ask(route, other, key)).text, gone.text, route);
    assert.equal(told(await ask(route, its, key)), `${ok}`, route);
  }
});
