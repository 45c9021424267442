import assert from "@std/assert";
import { client, query, scratchStack, signedUp } from "./scratch.ts";

const SCHEMA = `
  create table public.notes (
    id uuid primary key default gen_random_uuid(),
    owner_id uuid not null default auth.uid() references auth.users (id) on delete cascade,
    name text not null check (name ~ '^[a-z]+$'),
    tags text[] not null default '{}',
    body json,
    bodyb jsonb,
    secret text,
    created_at timestamptz not null default '2026-01-02 03:04:05.678+00',
    unique (owner_id, name)
  );
  create table public.lines (
    id int generated always as identity primary key,
    note_id uuid not null references public.notes (id) on delete cascade,
    text text not null
  );
  alter table public.notes enable row level security;
  alter table public.lines enable row level security;
  grant select (id, owner_id, name, tags, body, bodyb, created_at) on public.notes to authenticated;
  grant insert, update, delete on public.notes to authenticated;
  grant select, insert on public.lines to authenticated;
  grant select on public.notes to service_role;
  create policy own on public.notes to authenticated
    using (owner_id = (select auth.uid())) with check (owner_id = (select auth.uid()));
  create policy own on public.lines to authenticated
    using (note_id in (select id from public.notes)) with check (true);

  create table public.unguarded (id int);

  create function public.kinds(t text, n int, b boolean, u uuid, a text[] default '{}') returns json
  language sql as $$ select json_build_object('t', t, 'n', n, 'b', b, 'u', u, 'a', a) $$;
  create function public.echo(t text) returns text language sql as $$ select t $$;
  create function public.echo_json(j json) returns json language sql as $$ select j $$;
  create function public.type_of(j jsonb) returns text language sql as $$ select jsonb_typeof(j) $$;
  create function public.make(name text, tags text[] default '{}', body text default null)
  returns setof public.notes language sql as $$
    insert into public.notes (name, tags, body) values (name, tags, body::json)
    returning id, owner_id, name, tags, body, bodyb, null::text, created_at
  $$;
  create function public.nothing() returns void language sql as $$ $$;
  create function public.letters() returns setof text language sql as $$ values ('a'), ('b') $$;
  create function public.raise(state text) returns void language plpgsql as $$
  begin
    raise exception using errcode = state, message = 'note_busy', detail = 'somebody writes in it';
  end
  $$;
  create function public.raise_plainly() returns void language plpgsql as $$
  begin raise exception 'no'; end $$;
  create function public.who() returns json language sql as $$
    select json_build_object(
      'user', current_user, 'uid', auth.uid(), 'role', auth.role(), 'email', auth.email(),
      'app_metadata', auth.jwt() -> 'app_metadata', 'path', current_setting('request.path', true)
    )
  $$;
`;

const scratch = await scratchStack({ "migrations/20260101000000_notes.sql": SCHEMA });
Deno.test.afterAll(async () => await scratch[Symbol.asyncDispose]());
const { stack } = scratch;
const { supabase: ann, id: annId } = await signedUp(stack);
const { supabase: bob } = await signedUp(stack);
const nobody = client(stack);
const service = client(stack, stack.secretKey);

Deno.test("an rpc takes text, int, boolean, uuid and text[] arguments, and defaults", async () => {
  const args = { t: '{"a":1}', n: 3, b: false, u: crypto.randomUUID() };
  assert.deepEqual((await ann.rpc("kinds", args)).data, { ...args, a: [] });
  const a = ["a", "b,c", 'd"e', "", "{}", "\\"];
  assert.deepEqual((await ann.rpc("kinds", { ...args, a })).data, { ...args, a });
});

Deno.test("a text argument arrives as it was sent, whatever it looks like", async () => {
  for (
    const t of [
      "5",
      "true",
      "null",
      '{"a":"\\u0000"}',
      "[1]",
      '"q"',
      "",
      "a\n'\\\"",
      "{1,2}",
      "ü😀",
    ]
  ) {
    assert.equal((await ann.rpc("echo", { t })).data, t);
  }
});

Deno.test("a json argument arrives as it was sent, strings that look like JSON included", async () => {
  for (const j of [{ b: 1, a: [null] }, [1, "x"], "text", "5", "null", 5, 1.5, true, false]) {
    assert.deepEqual((await ann.rpc("echo_json", { j })).data, j);
  }
  assert.equal((await ann.rpc("type_of", { j: "5" })).data, "string");
});

Deno.test("a function that returns rows answers them, and one alone with single()", async () => {
  const rows = await ann.rpc("make", { name: "rows", tags: ["x"], body: '"top"' });
  assert.equal(rows.data?.length, 1);
  assert.deepEqual(rows.data[0].tags, ["x"]);
  const one = await ann.rpc("make", { name: "one" }).select("name,owner_id").single();
  assert.deepEqual(one.data, { name: "one", owner_id: annId });
});

Deno.test("a function that returns nothing answers 204, one of scalars an array", async () => {
  const { status, data } = await ann.rpc("nothing");
  assert.deepEqual({ status, data }, { status: 204, data: null });
  assert.deepEqual((await ann.rpc("letters")).data, ["a", "b"]);
});

Deno.test("json columns answer any top-level value, \\u0000 included", async () => {
  for (
    const [i, body] of ['"text"', "12.5", "true", "null", '"a\\u0000b"', '{"b":1,"a":[]}'].entries()
  ) {
    const name = `json${"x".repeat(i)}`;
    const made = await ann.rpc("make", { name, body }).select("body").single();
    assert.deepEqual(made.data, { body: JSON.parse(body) });
  }
});

Deno.test("inserting and updating keeps the type of every JSON value", async () => {
  for (const body of ["text", "5", "null", 5, true, [1], { a: 1 }]) {
    const row = { name: "typed", body, bodyb: body };
    const sent = await ann.from("notes").upsert(row, { onConflict: "owner_id,name" })
      .select("name,body,bodyb").single();
    assert.deepEqual(sent.data, row);
    const changed = await ann.from("notes").update(row).eq("name", "typed").select(
      "name,body,bodyb",
    );
    assert.deepEqual(changed.data, [row]);
  }
});

Deno.test("timestamps are ISO 8601 with an offset", async () => {
  const { data } = await ann.from("notes").select("created_at").limit(1).single();
  assert.equal(data?.created_at, "2026-01-02T03:04:05.678+00:00");
});

Deno.test("maybeSingle() answers null for no row, single() and two rows are PGRST116", async () => {
  const none = await ann.from("notes").select("id").eq("name", "none").maybeSingle();
  assert.deepEqual([none.data, none.error], [null, null]);
  assert.equal(
    (await ann.from("notes").select("id").eq("name", "none").single()).error?.code,
    "PGRST116",
  );
  await ann.from("notes").insert([{ name: "two" }, { name: "three" }]);
  const many = await ann.from("notes").select("id").in("name", ["two", "three"]).maybeSingle();
  assert.equal(many.error?.code, "PGRST116");
});

Deno.test("related rows are embedded, in both directions, and filter their parents with !inner", async () => {
  const { data: note } = await ann.from("notes").insert({ name: "parent" }).select("id").single();
  await ann.from("lines").insert([{ note_id: note?.id, text: "1" }, {
    note_id: note?.id,
    text: "2",
  }]);
  const down = await ann.from("notes").select("name,lines(text)").eq("name", "parent").single();
  assert.deepEqual(down.data, { name: "parent", lines: [{ text: "1" }, { text: "2" }] });
  const up = await ann.from("lines").select("text,notes(name)").eq("text", "2").single();
  assert.deepEqual(up.data, { text: "2", notes: { name: "parent" } });
  const inner = await ann.from("notes").select("name,lines!inner(text)").eq("lines.text", "2");
  assert.deepEqual(inner.data, [{ name: "parent", lines: [{ text: "2" }] }]);
});

Deno.test("ranges, counts and orders page through rows", async () => {
  const { supabase } = await signedUp(stack);
  await supabase.from("notes").insert(["a", "b", "c", "d"].map((name) => ({ name })));
  const page = await supabase.from("notes").select("name", { count: "exact" }).order("name").range(
    1,
    2,
  );
  assert.deepEqual([page.status, page.data, page.count], [206, [{ name: "b" }, { name: "c" }], 4]);
  const after = await supabase.from("notes").select("name").gt("name", "c").order("name");
  assert.deepEqual(after.data, [{ name: "d" }]);
  const beyond = await supabase.from("notes").select("name", { count: "exact" }).range(10, 11);
  assert.deepEqual([beyond.status, beyond.error?.code], [416, "PGRST103"]);
});

Deno.test("a refused statement answers PostgREST's status, with message and details", async () => {
  const expected = {
    PT409: 409,
    PT423: 423,
    "22023": 400,
    "42501": 403,
    "40001": 500,
    "57014": 500,
  };
  for (const [state, status] of Object.entries(expected)) {
    const reply = await ann.rpc("raise", { state });
    assert.equal(reply.status, status, state);
    const { code, message, details } = reply.error ?? {};
    assert.deepEqual({ code, message, details }, {
      code: state,
      message: "note_busy",
      details: "somebody writes in it",
    });
  }
  assert.equal((await ann.rpc("raise_plainly")).status, 400);
  assert.equal((await nobody.rpc("raise", { state: "42501" })).status, 401);
});

Deno.test("a broken constraint is 400, a duplicate 409, a malformed value 400", async () => {
  await ann.from("notes").insert({ name: "taken" });
  const cases: [row: Record<string, string>, status: number, code: string][] = [
    [{ name: "taken" }, 409, "23505"],
    [{ name: "NOT" }, 400, "23514"],
    [{ name: "other", owner_id: "x" }, 400, "22P02"],
    [{ name: "other", owner_id: crypto.randomUUID() }, 403, "42501"],
  ];
  for (const [row, status, code] of cases) {
    const reply = await ann.from("notes").insert(row);
    assert.deepEqual([reply.status, reply.error?.code], [status, code]);
  }
});

Deno.test("unknown functions, arguments, tables and schemas have PostgREST's codes", async () => {
  const replies = [
    await ann.rpc("no_such_function"),
    await ann.rpc("echo", { wrong: 1 }),
    await ann.from("no_such_table").select(),
    await ann.schema("auth").from("users").select(),
  ];
  assert.deepEqual(replies.map(({ error }) => error?.code), [
    "PGRST202",
    "PGRST202",
    "PGRST205",
    "PGRST106",
  ]);
});

Deno.test("what was not granted stays ungranted: columns, tables without RLS, everything to anon", async () => {
  assert.equal((await ann.from("notes").select("secret")).error?.code, "42501");
  assert.equal((await ann.from("notes").select("*")).error?.code, "42501");
  assert.equal((await ann.from("unguarded").select()).error?.code, "42501");
  const anonymous = await nobody.from("notes").select("id");
  assert.deepEqual([anonymous.status, anonymous.error?.code], [401, "42501"]);
});

Deno.test("one user sees nothing of another's rows, the service role sees them", async () => {
  await ann.from("notes").insert({ name: "private" });
  assert.deepEqual((await bob.from("notes").select("id").eq("name", "private")).data, []);
  assert.equal((await service.from("notes").select("id").eq("name", "private")).data?.length, 1);
});

Deno.test("the database knows the caller: auth.uid(), auth.role(), auth.email(), auth.jwt()", async () => {
  const { data } = await ann.rpc("who");
  assert.equal(data.user, "authenticated");
  assert.equal(data.uid, annId);
  assert.match(data.email, /@example\.test$/);
  assert.deepEqual(data.app_metadata, { provider: "email", providers: ["email"] });
  assert.equal(data.path, "/rpc/who");
  const of = async (supabase: typeof ann) => (await supabase.rpc("who")).data;
  assert.deepEqual([(await of(nobody)).user, (await of(nobody)).uid], ["anon", null]);
  assert.equal((await of(service)).user, "service_role");
});

Deno.test("a changed schema is served without a restart", async () => {
  const define = (n: number) =>
    `create or replace function public.latest() returns table (n${n} int)
    language sql as $$ select ${n} $$; grant execute on function public.latest() to anon`;
  await query(stack.databaseUrl, define(1));
  await settled(async () => assert.deepEqual((await nobody.rpc("latest")).data, [{ n1: 1 }]));
  await query(stack.databaseUrl, `drop function public.latest(); ${define(2)}`);
  await settled(async () => assert.deepEqual((await nobody.rpc("latest")).data, [{ n2: 2 }]));
});

/** Asks until the news has arrived: it travels beside the request. */
async function settled(claim: () => Promise<void>): Promise<void> {
  const deadline = Date.now() + 5_000;
  while (true) {
    try {
      return await claim();
    } catch (error) {
      if (Date.now() > deadline) throw error;
    }
  }
}
