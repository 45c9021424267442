-- Legal holds: what must not expire, whatever the policy says. A hold is on a user, on an agent, or on
-- an incident, which is an alert: then on what its user did, or everybody where it names none, from a
-- day before its first event to a day after its last. While a hold stands, no audit entry of its time
-- expires, and a held agent, its files, and a held user cannot be deleted.

create table public.legal_holds (
  id uuid primary key default app.uuid7(),
  kind text not null check (kind in ('user', 'agent', 'incident')),
  target uuid not null,
  reason text not null check (length(reason) between 1 and 2000),
  user_id uuid,
  agent_id uuid,
  since timestamptz not null default '-infinity',
  until timestamptz not null default 'infinity',
  created_by uuid not null,
  created_at timestamptz not null default clock_timestamp(),
  released_at timestamptz,
  released_by uuid,
  note text check (length(note) <= 2000),
  constraint legal_holds_has_a_stretch check (since < until),
  constraint legal_holds_released_by_somebody check ((released_at is null) = (released_by is null))
);
comment on table public.legal_holds is
  'What is kept although it is old. What is held is of user_id and of agent_id, where they are not '
  'null, and of the time from since up to until. All ids are records, not references.';

create unique index legal_holds_standing_idx on public.legal_holds (kind, target)
where released_at is null;

-- Holds are only released: nobody rewrites what was held, and since when.
create function app.freeze_hold() returns trigger
language plpgsql
set search_path = ''
as $$
declare
  before public.legal_holds := old;
begin
  if old.released_at is null then
    before.released_at := new.released_at;
    before.released_by := new.released_by;
    before.note := new.note;
  end if;
  if before *<> new then
    raise exception using errcode = '42501', message = 'a hold is released, not rewritten';
  end if;
  return new;
end;
$$;
revoke execute on function app.freeze_hold from public, anon, authenticated, service_role;

create trigger freeze_hold before update on public.legal_holds
for each row execute function app.freeze_hold();
create trigger refuse_change before delete or truncate on public.legal_holds
for each statement execute function app.refuse_change();

create function app.audit_hold() returns trigger
language plpgsql security definer
set search_path = ''
as $$
begin
  perform app.audit(case tg_op when 'INSERT' then 'hold.created' else 'hold.released' end, 'hold',
    new.id::text, jsonb_build_object('kind', new.kind, 'target', new.target,
      case tg_op when 'INSERT' then 'reason' else 'note' end,
      left(case tg_op when 'INSERT' then new.reason else new.note end, 500)));
  return null;
end;
$$;
revoke execute on function app.audit_hold from public, anon, authenticated, service_role;

create trigger audit_hold after insert or update of released_at on public.legal_holds
for each row execute function app.audit_hold();

-- Whether something of a user, or of one of their agents, is held at all: not by a hold on a time that
-- was over before there was any.
create function app.is_held(user_id uuid, agent_id uuid, born timestamptz) returns boolean
language plpgsql stable
set search_path = ''
as $$
begin
  return exists (
    select from public.legal_holds as h
    where h.released_at is null and (h.user_id is null or h.user_id = is_held.user_id)
      and coalesce(h.agent_id = is_held.agent_id, true) and is_held.born < h.until
  );
end;
$$;
revoke execute on function app.is_held from public, anon, authenticated, service_role;

-- A condition that a row is held, for the texts that say whose it is, of when, and until when where it
-- has a stretch. Where there are no agents, a hold on one holds nothing.
create function app.held_where(owner text, agent text, at text, over text default null) returns text
language sql immutable
set search_path = ''
as $$
  select format('exists (select from public.legal_holds as h where h.released_at is null
    and (h.user_id is null or h.user_id = %s) and (h.agent_id is null or h.agent_id = %s)
    and %4$s >= h.since and %3$s < h.until)', owner, agent, at, coalesce(over, at));
$$;
revoke execute on function app.held_where from public, anon, authenticated, service_role;

create function app.refuse_held() returns trigger
language plpgsql security definer
set search_path = ''
as $$
begin
  if app.is_held(old.owner_id, old.id, old.created_at) then
    perform app.refuse(409, 'held', 'This is kept for now: an administrator holds it.');
  end if;
  return old;
end;
$$;
revoke execute on function app.refuse_held from public, anon, authenticated, service_role;

create trigger refuse_held before delete on public.agents
for each row execute function app.refuse_held();

-- Nor is a workspace emptied, or a file in it overwritten. A scratch area goes with its run's end.
create function app.refuse_held_files() returns trigger
language plpgsql security definer
set search_path = ''
as $$
begin
  if app.is_held(old.owner_id, old.agent_id, old.created_at) then
    perform app.refuse(409, 'held', 'This is kept for now: an administrator holds it.');
  end if;
  return coalesce(new, old);
end;
$$;
revoke execute on function app.refuse_held_files from public, anon, authenticated, service_role;

create trigger refuse_held before delete or update of sha256 on public.files
for each row when (old.run_id is null) execute function app.refuse_held_files();

-- A user whose agents are gone still has runs. What expires goes by the same condition, so that a hold
-- on some of it stops nothing else.
create function app.refuse_held_runs() returns trigger
language plpgsql security definer
set search_path = ''
as $$
begin
  if exists (
    select from gone join public.legal_holds as h on h.released_at is null
      and (h.user_id is null or h.user_id = gone.owner_id)
      and (h.agent_id is null or h.agent_id = gone.agent_id)
      and coalesce(gone.ended_at, 'infinity') >= h.since and gone.created_at < h.until
  ) then
    perform app.refuse(409, 'held', 'This is kept for now: an administrator holds it.');
  end if;
  return null;
end;
$$;
revoke execute on function app.refuse_held_runs from public, anon, authenticated, service_role;

create trigger refuse_held_runs after delete on public.runs
referencing old table as gone
for each statement execute function app.refuse_held_runs();

-- What a hold is to hold, or nothing where there is no such thing. An agent that was deleted is known
-- by its runs.
create function app.describe_hold(kind text, target uuid)
returns table (user_id uuid, agent_id uuid, since timestamptz, until timestamptz)
language plpgsql stable
set search_path = ''
as $$
begin
  return query
  select u.id, null::uuid, timestamptz '-infinity', timestamptz 'infinity' from auth.users as u
  where describe_hold.kind = 'user' and u.id = describe_hold.target
  union all (
    select known.owner_id, describe_hold.target, '-infinity', 'infinity' from (
      select a.owner_id from public.agents as a where a.id = describe_hold.target
      union all
      select r.owner_id from public.runs as r where r.agent_id = describe_hold.target
    ) as known where describe_hold.kind = 'agent' limit 1
  )
  union all
  select app.to_uuid(a.subject), null, a.first_at - interval '1 day', a.at + interval '1 day'
  from public.alerts as a
  where describe_hold.kind = 'incident' and a.id = describe_hold.target;
end;
$$;
revoke execute on function app.describe_hold from public, anon, authenticated, service_role;

-- Waits for an expiry that is under way, and for who deletes what is to be held, or its owner: what is
-- there once a hold is made, stays.
create function app.hold(kind text, target uuid, reason text) returns setof public.legal_holds
language plpgsql security definer rows 1
set search_path = ''
as $$
declare
  found_there record;
begin
  perform app.require('admin');
  perform app.require_person();
  if not coalesce(hold.kind in ('user', 'agent', 'incident') and hold.target is not null
    and length(hold.reason) between 1 and 2000, false) then
    perform app.refuse(400, 'invalid_request', 'A hold has a kind (user, agent or incident), a '
      'target and a reason of up to 2000 characters.');
  end if;
  perform app.take_turn('retention');
  select * into found_there from app.describe_hold(hold.kind, hold.target);
  perform from auth.users as u where u.id = found_there.user_id for key share;
  perform from public.agents as a where a.id = found_there.agent_id for key share;
  select * into found_there from app.describe_hold(hold.kind, hold.target);
  if not found then
    perform app.refuse(404, 'not_found', 'There is nothing with this id.');
  elsif exists (
    select from public.legal_holds as h
    where h.kind = hold.kind and h.target = hold.target and h.released_at is null
  ) then
    perform app.refuse(409, 'already_held', 'This is held already.');
  end if;
  return query
  insert into public.legal_holds as h
    (kind, target, reason, user_id, agent_id, since, until, created_by)
  values (hold.kind, hold.target, hold.reason, found_there.user_id, found_there.agent_id,
    found_there.since, found_there.until, (select auth.uid()))
  returning h.*;
end;
$$;
revoke execute on function app.hold from public, anon, authenticated, service_role;
grant execute on function app.hold to authenticated;

create function public.hold(kind text, target uuid, reason text) returns setof public.legal_holds
language sql rows 1
set search_path = ''
as $$
  select * from app.hold(hold.kind, hold.target, hold.reason);
$$;
comment on function public.hold is
  'Keeps what is a user''s, an agent''s or an incident''s (an alert''s) from expiring, for '
  'administrators. Errors: forbidden, not_found, already_held, invalid_request.';
revoke execute on function public.hold from public, anon, authenticated, service_role;
grant execute on function public.hold to authenticated;

create function app.release_hold(hold_id uuid, note text) returns setof public.legal_holds
language plpgsql security definer rows 1
set search_path = ''
as $$
declare
  held public.legal_holds;
begin
  perform app.require('admin');
  perform app.require_person();
  if length(release_hold.note) > 2000 then
    perform app.refuse(400, 'invalid_request', 'A note has up to 2000 characters.');
  end if;
  perform app.take_turn('retention');
  select h.* into held from public.legal_holds as h where h.id = release_hold.hold_id;
  if not found then
    perform app.refuse(404, 'not_found', 'There is no such hold.');
  elsif held.released_at is not null then
    perform app.refuse(409, 'not_held', 'This is not held any more.');
  end if;
  -- What was passed by while it was held is looked at again.
  delete from app.expiry_marks where true;
  return query
  update public.legal_holds as h set released_at = clock_timestamp(),
    released_by = (select auth.uid()), note = release_hold.note
  where h.id = held.id returning h.*;
end;
$$;
revoke execute on function app.release_hold from public, anon, authenticated, service_role;
grant execute on function app.release_hold to authenticated;

create function public.release_hold(hold_id uuid, note text default null)
returns setof public.legal_holds
language sql rows 1
set search_path = ''
as $$
  select * from app.release_hold(release_hold.hold_id, release_hold.note);
$$;
comment on function public.release_hold is
  'Ends a hold, for administrators: what it held expires as anything else. Errors: forbidden, '
  'not_found, not_held, invalid_request.';
revoke execute on function public.release_hold from public, anon, authenticated, service_role;
grant execute on function public.release_hold to authenticated;

create table app.expiry_marks (
  name text primary key,
  after text not null,
  done boolean not null default false,
  begun_at timestamptz not null default clock_timestamp()
);
comment on table app.expiry_marks is
  'Up to which key the rows of a partition, or of a table, were looked at by expiry: what is held '
  'stays and is passed by.';
revoke all on table app.expiry_marks from public, anon, authenticated, service_role;

revoke all on table public.legal_holds from public, anon, authenticated, service_role;
grant select on table public.legal_holds to authenticated;

alter table public.legal_holds enable row level security;

create policy "admins see what is held, and what was"
on public.legal_holds for select to authenticated
using ((select app.can('admin')));
