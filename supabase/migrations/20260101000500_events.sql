-- What a run did, in order. Events are many and expire, so they are partitioned from the start.
-- The key is the run's id: being a UUIDv7, a range of ids is a range of time, all events of a
-- run lie in one partition, and expiry is a dropped partition. The largest event is an ending:
-- an output, an error and some room.

create table public.run_events (
  run_id uuid not null,
  seq int not null check (seq >= 1),
  type text not null check (length(type) <= 64 and type ~ '^[a-z_]+(\.[a-z_]+)*$'),
  at timestamptz not null default now(),
  data json not null check (octet_length(data::text) <= 18874368),
  owner_id uuid not null,
  primary key (run_id, seq),
  constraint run_events_start_comes_first check (
    seq > 1 or type in ('run.started', 'run.queued')
  )
) partition by range (run_id);
comment on table public.run_events is
  'What happened in a run, numbered from 1: run.started or run.queued first, one run.<status> '
  'last. Each attempt has its own run.queued and run.started. owner_id '
  'is the run''s, copied so that the policy needs no join; run_id is a record, and who writes holds '
  'the run''s lock.';

-- Whatever writes here, a run has one ending.
create unique index run_events_one_ending_idx on public.run_events (run_id)
where type like 'run.%' and type not in ('run.queued', 'run.started');

select app.partition_by_month('run_events', 'run_id');

-- A run that goes takes its events along. No reference does it, because each would be looked up with
-- every event that is written, and dropping a partition would lock both tables. One run after the
-- other, so that each is found by its id.
create function app.forget_events() returns trigger
language plpgsql security definer
set search_path = ''
as $$
declare
  gone_id uuid;
begin
  for gone_id in select gone.id from gone loop
    delete from public.run_events as e where e.run_id = gone_id;
  end loop;
  return null;
end;
$$;
revoke execute on function app.forget_events from public, anon, authenticated, service_role;

create trigger forget_events after delete on public.runs
referencing old table as gone
for each statement execute function app.forget_events();

revoke all on table public.run_events from public, anon, authenticated, service_role;
grant select on table public.run_events to authenticated, service_role;

alter table public.run_events enable row level security;

-- For a key of one agent, a run that it does not see has no events.
create policy "owners who may read see the events of their runs"
on public.run_events for select to authenticated
using (
  owner_id = (select auth.uid()) and (select app.can('agents:read'))
  and coalesce(
    (select app.key_agent()) = (select r.agent_id from public.runs as r where r.id = run_events.run_id),
    (select app.key_agent()) is null)
);
