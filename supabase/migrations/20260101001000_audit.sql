-- The audit log: who did what, on what, and how it ended. An entry is part of the transaction that
-- made the change, so there is no change without an entry and no entry without a change. Entries
-- are numbered without a gap, each holds the hash of the one before it, and nobody writes, changes
-- or removes one: not REST, not service_role, not the owner of the table.
--
-- The hash of an entry is the SHA-256, in hex, of the UTF-8 text of one JSON array without spaces:
--   [prev_hash, seq, at, actor_id, key_id, db_role, action, resource_type, resource_id, outcome,
--    details, request_id, address, user_agent, via, policy_hash]
-- Each element is a string or null, numbers included. `at` is UTC with milliseconds
-- (2026-01-02T03:04:05.678Z). `details` is text as Postgres writes jsonb: keys by length and then
-- by bytes, ", " between elements, ": " after keys; its numbers are integers. The first prev_hash
-- is 64 zeros. So the log can be checked by whoever has an export, without this database.
--
-- No entry is older than the one before it: where a clock goes back, or a transaction took long, an
-- entry has the time of the one before. So a month is one stretch of the log, and a partition, and
-- when it expires, what is left still is a log without a gap.

create table public.audit_log (
  seq bigint not null,
  at timestamptz(3) not null,
  actor_id uuid,
  key_id uuid,
  db_role text not null,
  action text not null check (action ~ '^[a-z_]{1,40}\.[a-z_]{1,40}$'),
  resource_type text not null,
  resource_id text,
  outcome text not null check (outcome in ('succeeded', 'denied')),
  details jsonb not null check (octet_length(details::text) <= 8192),
  request_id text,
  address text,
  user_agent text,
  via text not null check (via in ('api', 'direct', 'sql')),
  policy_hash text,
  prev_hash text not null,
  hash text not null,
  primary key (seq, at)
) partition by range (at);
comment on table public.audit_log is
  'Who did what, in the order of commits. actor_id and key_id are records, not references. Source, '
  'input and secrets are never in it. hash covers prev_hash and every other column. at never goes back.';

create index audit_log_actor_id_seq_idx on public.audit_log (actor_id, seq desc);
create index audit_log_key_id_seq_idx on public.audit_log (key_id, seq desc)
where key_id is not null;
create index audit_log_action_seq_idx on public.audit_log (action, seq desc);
create index audit_log_resource_id_seq_idx on public.audit_log (resource_id, seq desc);
create index audit_log_at_idx on public.audit_log (at);

create table app.audit_head (
  only_row boolean primary key default true check (only_row),
  seq bigint not null,
  hash text not null,
  at timestamptz(3) not null
) with (fillfactor = 10);
comment on table app.audit_head is
  'The last entry of the audit log. Whoever adds one locks this row, last of all locks.';
revoke all on table app.audit_head from public, anon, authenticated, service_role;
insert into app.audit_head (seq, hash, at) values (0, repeat('0', 64), '-infinity');

create function app.audit_hash(entry public.audit_log) returns text
language plpgsql stable
set search_path = ''
as $$
begin
  return encode(sha256(convert_to(array_to_json(array[
    entry.prev_hash, entry.seq::text,
    to_char(entry.at at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"'),
    entry.actor_id::text, entry.key_id::text, entry.db_role, entry.action, entry.resource_type,
    entry.resource_id, entry.outcome, entry.details::text, entry.request_id, entry.address,
    entry.user_agent, entry.via, entry.policy_hash
  ])::text, 'UTF8')), 'hex');
end;
$$;
revoke execute on function app.audit_hash from public, anon, authenticated, service_role;

-- Number, link and hash are made here, whatever the writer says. An entry follows the head, or what
-- the same statement has added since: a head that is moved for each of many entries would be read
-- through all its earlier versions. What was added since is not older than the head, so that only
-- its partition is looked into.
create function app.link_entry() returns trigger
language plpgsql security definer
set search_path = ''
as $$
declare
  head record;
  last record;
begin
  select h.seq, h.hash, h.at into strict head from app.audit_head as h for update;
  select l.seq, l.hash, l.at into last from public.audit_log as l
  where l.at >= head.at order by l.seq desc limit 1;
  if last.seq > head.seq then
    head := last;
  end if;
  new.seq := head.seq + 1;
  new.at := greatest(new.at, head.at);
  new.prev_hash := head.hash;
  new.hash := app.audit_hash(new);
  return new;
end;
$$;
revoke execute on function app.link_entry from public, anon, authenticated, service_role;

create trigger link_entry before insert on public.audit_log
for each row execute function app.link_entry();

create function app.move_head() returns trigger
language plpgsql security definer
set search_path = ''
as $$
begin
  update app.audit_head as h set seq = l.seq, hash = l.hash, at = l.at
  from (
    select since.* from app.audit_head as head
    cross join lateral (
      select * from public.audit_log as l where l.at >= head.at order by l.seq desc limit 1
    ) as since
  ) as l where l.seq > h.seq;
  return null;
end;
$$;
revoke execute on function app.move_head from public, anon, authenticated, service_role;

create trigger move_head after insert on public.audit_log
for each statement execute function app.move_head();

create function app.refuse_change() returns trigger
language plpgsql
set search_path = ''
as $$
begin
  raise exception using errcode = '42501', message = format('%I only grows', tg_table_name);
end;
$$;
revoke execute on function app.refuse_change from public, anon, authenticated, service_role;

create trigger refuse_change before update or delete or truncate on public.audit_log
for each statement execute function app.refuse_change();

select app.partition_by_month('audit_log', 'at', only_grows => true);

-- Entries of transactions under way. Linking them only at commit keeps the lock of the head short,
-- and last: so it can be part of no deadlock. No row lives beyond its transaction, hence unlogged.
create unlogged table app.audit_pending (
  xact xid8 not null default pg_current_xact_id(),
  id uuid not null default gen_random_uuid(),
  noted_at timestamptz not null default clock_timestamp(),
  entry public.audit_log not null,
  primary key (xact, id)
);
comment on table app.audit_pending is 'Entries that become part of the audit log at commit.';
revoke all on table app.audit_pending from public, anon, authenticated, service_role;

-- Called for each entry of the transaction; the first call links them all. The head is locked before
-- the entries are given their times, because a trigger of the log cannot move one to another month.
create function app.commit_entries() returns trigger
language plpgsql security definer
set search_path = ''
as $$
declare
  floor timestamptz(3);
begin
  if exists (select from app.audit_pending as p where p.xact = new.xact and p.id = new.id) then
    select h.at into strict floor from app.audit_head as h for update;
    insert into public.audit_log
    select linked.* from (
      select p.*, greatest(floor, max((p.entry).at) over (order by p.noted_at, p.id)) as at
      from app.audit_pending as p where p.xact = new.xact
    ) as p
    cross join lateral jsonb_populate_record(p.entry, jsonb_build_object('at', p.at)) as linked
    order by p.noted_at, p.id;
    delete from app.audit_pending as p where p.xact = new.xact;
  end if;
  return null;
end;
$$;
revoke execute on function app.commit_entries from public, anon, authenticated, service_role;

create constraint trigger commit_entries after insert on app.audit_pending
deferrable initially deferred
for each row execute function app.commit_entries();

-- Details that are too long are left out, not the entry, and not the change that it is about.
create function app.fit(details jsonb, bytes int) returns jsonb
language plpgsql immutable
set search_path = ''
as $$
begin
  if octet_length(details::text) <= bytes then
    return details;
  end if;
  return jsonb_build_object('left_out_bytes', octet_length(details::text));
end;
$$;
revoke execute on function app.fit from public, anon, authenticated, service_role;

-- Notes what the transaction at hand does. Who does it is the caller; where a service acts for
-- somebody, it names the user, and the key where there is one.
create function app.audit(
  action text, resource_type text, resource_id text, details jsonb default '{}',
  actor_id uuid default null, key_id uuid default null, policy_hash text default null
) returns void
language plpgsql
set search_path = ''
as $$
declare
  entry public.audit_log;
  context record := app.request_context();
begin
  entry.at := clock_timestamp();
  entry.actor_id := coalesce(audit.actor_id, (select auth.uid()));
  entry.key_id := case when audit.actor_id is null
    then app.key_id() else audit.key_id end;
  entry.db_role := coalesce(nullif(current_setting('role', true), 'none'), session_user);
  entry.action := audit.action;
  entry.resource_type := audit.resource_type;
  entry.resource_id := audit.resource_id;
  entry.outcome := 'succeeded';
  entry.details := app.fit(audit.details, 8192);
  entry.request_id := context.request_id;
  entry.address := context.address;
  entry.user_agent := context.user_agent;
  entry.via := context.via;
  entry.policy_hash := audit.policy_hash;
  insert into app.audit_pending (entry) values (entry);
end;
$$;
revoke execute on function app.audit from public, anon, authenticated, service_role;

revoke all on table public.audit_log from public, anon, authenticated, service_role;
grant select on table public.audit_log to authenticated;

alter table public.audit_log enable row level security;

create policy "who may audit sees the audit log"
on public.audit_log for select to authenticated
using ((select app.can('audit:read')));
