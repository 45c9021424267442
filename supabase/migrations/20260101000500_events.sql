-- What a run did, in order. Events are many and expire, so they are partitioned from the start.
-- The key is the run's id: being a UUIDv7, a range of ids is a range of time, all events of a
-- run lie in one partition, and expiry is a dropped partition. The largest event is an ending:
-- an output, an error and some room.

create table public.run_events (
  run_id uuid not null references public.runs (id) on delete cascade,
  seq int not null check (seq >= 1),
  type text not null check (length(type) <= 64 and type ~ '^[a-z_]+(\.[a-z_]+)*$'),
  at timestamptz not null default now(),
  data json not null check (octet_length(data::text) <= 18874368),
  owner_id uuid not null,
  primary key (run_id, seq),
  constraint run_events_start_comes_first check ((type = 'run.started') = (seq = 1))
) partition by range (run_id);
comment on table public.run_events is
  'What happened in a run, numbered from 1: run.started first, one run.<status> last. owner_id '
  'is the run''s, copied so that the policy needs no join.';

-- Whatever writes here, a run has one ending.
create unique index run_events_one_ending_idx on public.run_events (run_id)
where type like 'run.%' and type <> 'run.started';

-- Partitions live where REST does not look, and nobody is granted anything on them: the only
-- way to a row is through the parent, and so through its policy. This one catches what falls
-- between the months.
create table app.run_events_default partition of public.run_events default;
comment on table app.run_events_default is 'Events whose month has no partition yet.';
revoke all on table app.run_events_default from public, anon, authenticated, service_role;

-- The ids of a month: from the first, up to but without the second.
create function app.month_ids(month date, out since uuid, out until uuid)
language sql immutable
set search_path = ''
as $$
  select app.uuid7_floor(month_ids.month::timestamp at time zone 'UTC'),
    app.uuid7_floor((month_ids.month + interval '1 month')::timestamp at time zone 'UTC');
$$;
revoke execute on function app.month_ids from public, anon, authenticated, service_role;

-- Makes a month's partition and moves into it what the default one caught. False if the
-- partition is there already. Locks in the order of those who write events (runs, then
-- events), so that neither waits for the other for ever.
create function app.make_event_partition(month date) returns boolean
language plpgsql
set search_path = ''
as $$
declare
  partition text := 'app.run_events_' || to_char(month, 'YYYY_MM');
  ids record := app.month_ids(month);
begin
  if to_regclass(partition) is not null then
    return false;
  end if;
  lock table public.runs, app.run_events_default in share row exclusive mode;
  execute format('
    create table %1$s (like public.run_events including defaults including constraints);
    revoke all on table %1$s from public, anon, authenticated, service_role;
    with stray as (
      delete from app.run_events_default where run_id >= %2$L and run_id < %3$L returning *
    ) insert into %1$s select * from stray;
    alter table public.run_events attach partition %1$s for values from (%2$L) to (%3$L)',
    partition, ids.since, ids.until);
  return true;
end;
$$;
revoke execute on function app.make_event_partition from public, anon, authenticated, service_role;

-- Makes the partitions of this month and the months ahead, and of any of the last twelve whose
-- events the default one caught. Answers how many it made.
create function app.ensure_event_partitions(months_ahead int) returns int
language plpgsql security definer
set search_path = ''
as $$
declare
  this_month timestamp := date_trunc('month', now() at time zone 'UTC');
  month date;
  made int := 0;
begin
  perform app.take_turn('event_partitions');
  for step in -12..ensure_event_partitions.months_ahead loop
    month := (this_month + make_interval(months => step))::date;
    if step >= 0 or exists (
      select from app.run_events_default as stray, app.month_ids(month) as ids
      where stray.run_id >= ids.since and stray.run_id < ids.until
    ) then
      made := made + app.make_event_partition(month)::int;
    end if;
  end loop;
  return made;
end;
$$;
revoke execute on function app.ensure_event_partitions from public, anon, authenticated, service_role;

select app.ensure_event_partitions(months_ahead => 3);

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
