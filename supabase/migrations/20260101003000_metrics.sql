-- What is counted, for whoever watches the whole: counters and histograms that only grow. They
-- lie here and not with the isolates that count, which come and go, and not in the tables of runs,
-- which retention empties. Labels are words of ours: no row says anything of a user, an agent or a
-- host.

-- Labels are a few words that name things of ours.
create function app.are_labels(labels jsonb) returns boolean
language sql immutable
set search_path = ''
as $$
  select jsonb_typeof(labels) = 'object' and (select count(*) from jsonb_each(labels)) <= 4
    and not exists (select from jsonb_each_text(labels) as l
      where l.key !~ '^[a-z][a-z_]{0,31}$' or l.value !~ '^[A-Za-z0-9_.:-]{0,64}$');
$$;
revoke execute on function app.are_labels from public, anon, authenticated, service_role;

create table app.counters (
  name text,
  labels jsonb,
  sums float8[] not null,
  primary key (name, labels)
);
comment on table app.counters is
  'What was counted, but for what still lies in app.counts. A counter has one sum; a histogram has '
  'the sum of what was observed, and then how often each bucket was met.';
revoke all on table app.counters from public, anon, authenticated, service_role;

-- Who counts writes a row, looks at nothing and waits for nobody.
create table app.counts (
  id uuid primary key default gen_random_uuid(),
  name text not null,
  labels jsonb not null,
  sums float8[] not null
);
comment on table app.counts is 'What was counted since app.counters was last brought up to date.';
revoke all on table app.counts from public, anon, authenticated, service_role;

create table app.metric_batches (
  id uuid primary key,
  at timestamptz not null default clock_timestamp()
);
comment on table app.metric_batches is
  'Which batches of an isolate were counted, so that one whose answer was lost counts once.';
create index metric_batches_at_idx on app.metric_batches (at);
revoke all on table app.metric_batches from public, anon, authenticated, service_role;

create unlogged table app.gauges (
  isolate uuid,
  name text check (name ~ '^cloister_[a-z_]{1,80}$'),
  value float8 not null,
  at timestamptz not null default clock_timestamp(),
  primary key (isolate, name)
);
comment on table app.gauges is
  'What isolates said last of themselves. Who has said nothing for a minute is not counted.';
create index gauges_at_idx on app.gauges (at);
revoke all on table app.gauges from public, anon, authenticated, service_role;

-- Upper bounds of every histogram, in seconds. Beyond the last there is one more bucket.
create function app.metric_bounds() returns float8[]
language sql immutable
set search_path = ''
as $$
  select array[0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60, 300, 3600];
$$;
revoke execute on function app.metric_bounds from public, anon, authenticated, service_role;

-- A histogram of one observation; null of none.
create function app.observation(seconds float8) returns float8[]
language plpgsql immutable
set search_path = ''
as $$
declare
  bounds float8[] := app.metric_bounds();
  sums float8[] := array_fill(0::float8, array[cardinality(bounds) + 2]);
  bucket int := 1;
begin
  if observation.seconds is null then
    return null;
  end if;
  while bucket <= cardinality(bounds) and bounds[bucket] < observation.seconds loop
    bucket := bucket + 1;
  end loop;
  sums[1] := greatest(observation.seconds, 0);
  sums[bucket + 1] := 1;
  return sums;
end;
$$;
revoke execute on function app.observation from public, anon, authenticated, service_role;

-- Adds place by place; what is longer stays.
create function app.added(sums float8[], more float8[]) returns float8[]
language plpgsql immutable
set search_path = ''
as $$
begin
  if cardinality(sums) < cardinality(more) then
    return app.added(more, sums);
  end if;
  for place in 1 .. cardinality(more) loop
    sums[place] := sums[place] + more[place];
  end loop;
  return sums;
end;
$$;
revoke execute on function app.added from public, anon, authenticated, service_role;

-- The counts, those of one series put together.
create function app.summed(counts app.counts[])
returns table (name text, labels jsonb, sums float8[])
language plpgsql immutable
set search_path = ''
as $$
declare
  met app.counts;
begin
  for met in select c.* from unnest(summed.counts) as c order by c.name, c.labels loop
    if met.name is distinct from summed.name or met.labels is distinct from summed.labels then
      if summed.name is not null then
        return next;
      end if;
      summed.name := met.name;
      summed.labels := met.labels;
      summed.sums := '{}';
    end if;
    summed.sums := app.added(summed.sums, met.sums);
  end loop;
  if summed.name is not null then
    return next;
  end if;
end;
$$;
revoke execute on function app.summed from public, anon, authenticated, service_role;

-- Everything counted, series by series.
create function app.counted() returns table (name text, labels jsonb, sums float8[])
language sql stable
set search_path = ''
as $$
  select s.*
  from app.summed(array(
    select c from app.counts as c union all
    select row(null, k.name, k.labels, k.sums)::app.counts from app.counters as k)) as s;
$$;
revoke execute on function app.counted from public, anon, authenticated, service_role;

-- Moves what was counted to where it is short: some rows at a time, and one at a time who does.
-- What reads meanwhile sees it here or there, and once.
create function app.fold_counts(max_rows int default 10000) returns int
language plpgsql
set search_path = ''
as $$
declare
  taken app.counts[];
begin
  if not pg_try_advisory_xact_lock(hashtextextended('app.fold_counts', 0)) then
    return 0;
  end if;
  with gone as (
    delete from app.counts as c
    where c.id in (select t.id from app.counts as t limit fold_counts.max_rows)
    returning c.id, c.name, c.labels, c.sums
  )
  select array_agg(g::app.counts) into taken from gone as g;
  insert into app.counters as k (name, labels, sums)
  select s.name, s.labels, s.sums from app.summed(taken) as s
  on conflict on constraint counters_pkey do update set sums = app.added(k.sums, excluded.sums);
  return coalesce(cardinality(taken), 0);
end;
$$;
revoke execute on function app.fold_counts from public, anon, authenticated, service_role;

-- What the clock calls, and now and then who reports. No isolate tries a batch again for that long.
create function app.tidy_metrics() returns void
language plpgsql
set search_path = ''
as $$
begin
  delete from app.metric_batches where at < now() - interval '2 hours';
  delete from app.gauges where at < now() - interval '1 minute';
  perform app.fold_counts();
end;
$$;
revoke execute on function app.tidy_metrics from public, anon, authenticated, service_role;

-- Runs are counted where they change, whoever changes them, and in the same transaction.
create function app.count_run() returns trigger
language plpgsql
set search_path = ''
as $$
declare
  engine jsonb := jsonb_build_object('engine', case
    when new.engine in ('quickjs', 'process', 'remote') then new.engine
    when new.engine is null then 'none' else 'other' end);
begin
  if new.status = 'queued' then
    insert into app.counts (name, labels, sums) values ('cloister_run_retries_total', '{}', array[1]);
  elsif new.status = 'running' then
    insert into app.counts (name, labels, sums) values ('cloister_run_queue_wait_seconds',
      jsonb_build_object('trigger', new.trigger),
      app.observation(extract(epoch from new.started_at - new.queued_at)));
  else
    insert into app.counts (name, labels, sums)
    select c.name, c.labels, c.sums
    from (values
      ('cloister_runs_total',
        engine || jsonb_build_object('status', new.status, 'trigger', new.trigger),
        array[1::float8]),
      ('cloister_run_duration_seconds', engine,
        app.observation(extract(epoch from new.ended_at - new.started_at))),
      ('cloister_run_cpu_seconds', engine,
        app.observation((new.usage ->> 'cpu_ms')::float8 / 1000))
    ) as c (name, labels, sums)
    where c.sums is not null;
  end if;
  return null;
end;
$$;
revoke execute on function app.count_run from public, anon, authenticated, service_role;

create trigger count_run after update of status on public.runs
for each row when (old.status is distinct from new.status)
execute function app.count_run();

-- Whether a batch says what it may: names and labels that are words of ours, few of them, and
-- sums that only grow.
create function app.is_metric_batch(batch jsonb) returns boolean
language plpgsql immutable
set search_path = ''
as $$
begin
  return coalesce(jsonb_array_length(batch -> 'series') <= 1000
    and app.to_uuid(batch ->> 'id') is not null and app.to_uuid(batch ->> 'isolate') is not null
    and not exists (
      select from jsonb_to_recordset(batch -> 'series')
        as s (name text, labels jsonb, sums float8[])
      where coalesce(s.name !~ '^cloister_[a-z_]{1,80}$' or not app.are_labels(s.labels)
        or cardinality(s.sums) not between 1 and 64
        or not (0 <= all (s.sums) and 1e15 > all (s.sums)), true)
    ) and (select count(*) <= 100 and bool_and(g.key ~ '^cloister_[a-z_]{1,80}$'
        and jsonb_typeof(g.value) = 'number') is not false
      from jsonb_each(batch -> 'gauges') as g), false);
exception when others then
  return false;
end;
$$;
revoke execute on function app.is_metric_batch from public, anon, authenticated, service_role;

create function public.record_metrics(batch text) returns boolean
language plpgsql security definer
set search_path = '' set lock_timeout = '2s'
as $$
declare
  given jsonb := batch::jsonb;
begin
  if not app.is_metric_batch(given) then
    perform app.refuse(400, 'invalid_request', 'A batch is {id, isolate, series, gauges} of ours.');
  end if;
  insert into app.metric_batches (id) values ((given ->> 'id')::uuid) on conflict do nothing;
  if not found then
    return false;
  end if;
  insert into app.counts (name, labels, sums)
  select s.name, s.labels, s.sums
  from jsonb_to_recordset(given -> 'series') as s (name text, labels jsonb, sums float8[]);
  insert into app.gauges (isolate, name, value)
  select (given ->> 'isolate')::uuid, g.key, g.value::float8
  from jsonb_each_text(given -> 'gauges') as g
  on conflict on constraint gauges_pkey do update set value = excluded.value, at = excluded.at;
  if random() < 0.05 then
    perform app.tidy_metrics();
  end if;
  return true;
end;
$$;
comment on function public.record_metrics is
  'Adds what an isolate has counted: {id, isolate, series: [{name, labels, sums}], gauges: {name: '
  'value}}. False for a batch that came before, which counts once. Errors: invalid_request.';
revoke execute on function public.record_metrics from public, anon, authenticated, service_role;
grant execute on function public.record_metrics to service_role;
