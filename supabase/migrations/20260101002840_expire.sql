-- How the audit log expires, up to a signed checkpoint, and then the one way in to all of expiry.

-- Goes through the entries of a month that is about to expire, once: a log that was edited is not
-- thrown away. True once all of them were found whole.
create function app.is_whole(round app.expiry, first_seq bigint, last_seq bigint) returns boolean
language plpgsql
set search_path = ''
as $$
declare
  step constant bigint := 2000;
  floor record := app.audit_floor();
  seen bigint;
  before_hash text;
begin
  select m.after::bigint into seen from app.expiry_marks as m where m.name = 'audit';
  seen := greatest(seen, first_seq - 1);
  while seen < last_seq and not (clock_timestamp() >= round.ends_at and not round.dry) loop
    before_hash := case when seen = floor.seq then floor.hash
      else (select l.hash from public.audit_log as l where l.seq = seen) end;
    if ((app.broken_link(seen + 1, least(seen + step, last_seq), before_hash)).entry).seq is not null
    then
      raise warning 'the audit log is not whole after entry %: it does not expire', seen;
      return false;
    end if;
    seen := least(seen + step, last_seq);
  end loop;
  if not round.dry then
    insert into app.expiry_marks as m (name, after) values ('audit', seen)
    on conflict on constraint expiry_marks_pkey do update set after = excluded.after;
  end if;
  return seen >= last_seq;
end;
$$;
revoke execute on function app.is_whole from public, anon, authenticated, service_role;

-- Drops the oldest months of the audit log, each up to a signed checkpoint and no further, as long as
-- the log begins with them, is whole, and no hold is on their time.
create function app.expire_audit(round app.expiry, since timestamptz) returns app.expiry
language plpgsql
set search_path = ''
as $$
declare
  month date;
  partition text;
  floor_seq bigint := (select f.seq from app.audit_floor() as f);
  ends record;
begin
  for month in select m from app.months_before('audit_log', since) as m order by m loop
    exit when app.is_over(round) or exists (
      select from public.legal_holds as h where h.released_at is null
        and h.since < (month + interval '1 month')::timestamp at time zone 'UTC'
        and h.until > month::timestamp at time zone 'UTC');
    partition := app.partition_of('audit_log', month);
    execute format('select min(seq) as first, max(seq) as last from %s', partition) into ends;
    exit when (ends.first is null and exists (
        select from app.audit_log_default as l
        where l.at < (month + interval '1 month')::timestamp at time zone 'UTC'))
      or ends.first <> floor_seq + 1
      or (ends.last is not null and not exists (
        select from public.audit_checkpoints as c join public.audit_log as l on l.seq = c.seq
        where c.seq = ends.last and c.hash = l.hash and c.signature is not null));
    exit when ends.last is not null and not app.is_whole(round, ends.first, ends.last);
    round.more := round.more or not round.dry;
    exit when not round.dry
      and not app.drop_partition('audit_log', partition, ends.last - ends.first + 1);
    round.partitions := round.partitions || partition;
    round := app.tallied(round, 'audit', ends.last - ends.first + 1);
    floor_seq := coalesce(ends.last, floor_seq);
    exit when not round.dry;
  end loop;
  if not round.dry and floor_seq > (select f.seq from app.audit_floor() as f) then
    update public.audit_checkpoints as c set expired_at = clock_timestamp()
    where c.seq = floor_seq;
    round.rows_left := 0;
  end if;
  return round;
end;
$$;
revoke execute on function app.expire_audit from public, anon, authenticated, service_role;

-- A kind that fails stops no other. What it did is undone then, and not counted.
create function app.expire_kind(round app.expiry, kind text) returns app.expiry
language plpgsql
set search_path = ''
as $$
declare
  since timestamptz := app.kept_since(expire_kind.kind);
  before app.expiry := round;
begin
  if since is null then
    return round;
  elsif kind = 'audit' then
    return app.expire_audit(round, since);
  elsif kind = 'runs' then
    return app.expire_runs(round, since);
  end if;
  round := app.expire_rows(round, kind, since);
  if kind in ('logs', 'events', 'tool_calls', 'security_events') then
    round := app.expire_months(round, kind, since);
  end if;
  return round;
exception
  when lock_not_available then
    before.more := true;
    return before;
  when others then
    raise warning '% do not expire: %', kind, sqlerrm;
    return before;
end;
$$;
revoke execute on function app.expire_kind from public, anon, authenticated, service_role;

-- For the operator in SQL, and for the clock.
create function app.expire(
  max_rows int default 50000, max_ms int default 5000, dry_run boolean default false,
  only_kind text default null
) returns jsonb
language plpgsql security definer
set search_path = ''
set lock_timeout = '100ms'
as $$
declare
  round app.expiry := row(expire.dry_run, expire.max_rows,
    clock_timestamp() + make_interval(secs => expire.max_ms / 1000.0), '{}', '{}', false);
  kind text;
begin
  if coalesce(max_rows, 0) not between 1 and 1000000 or dry_run is null
    or coalesce(max_ms, 0) not between 1 and 600000 or (only_kind is not null
      and not exists (select from public.retention as r where r.kind = only_kind)) then
    perform app.refuse(400, 'invalid_request',
      'max_rows lies between 1 and 1000000, max_ms between 1 and 600000, and there is such a kind.');
  end if;
  if not dry_run and not app.try_turn('retention') then
    return jsonb_build_object(
      'counts', '{}'::jsonb, 'partitions', '[]'::jsonb, 'more', true, 'dry_run', false);
  end if;
  foreach kind in array '{dead_letters, deliveries, idempotency_keys, tool_budgets, scratch_files,
    expired_keys, alerts, logs, events, tool_calls, runs, security_events, audit}'::text[] loop
    exit when app.is_over(round);
    if only_kind is null or only_kind = kind then
      round := app.expire_kind(round, kind);
    end if;
  end loop;
  if not dry_run and (round.counts <> '{}' or round.partitions <> '{}') then
    perform app.audit('retention.applied', 'retention', only_kind, jsonb_build_object(
      'counts', round.counts, 'partitions', round.partitions));
  end if;
  return jsonb_build_object('counts', round.counts, 'partitions', round.partitions,
    'more', round.more, 'dry_run', dry_run);
end;
$$;
revoke execute on function app.expire from public, anon, authenticated, service_role;

create function app.run_retention(dry_run boolean, kind text) returns jsonb
language plpgsql security definer
set search_path = ''
as $$
begin
  perform app.require('admin');
  return app.expire(50000, 5000, run_retention.dry_run, run_retention.kind);
end;
$$;
revoke execute on function app.run_retention from public, anon, authenticated, service_role;
grant execute on function app.run_retention to authenticated;

create function public.run_retention(dry_run boolean default true, kind text default null)
returns jsonb
language sql
set search_path = ''
as $$
  select app.run_retention(run_retention.dry_run, run_retention.kind);
$$;
comment on function public.run_retention is
  'Removes what is too old, so much of it as is done in five seconds, or says what would go: {counts: '
  '{kind: rows}, partitions, more, dry_run}. Errors: forbidden, invalid_request.';
revoke execute on function public.run_retention from public, anon, authenticated, service_role;
grant execute on function public.run_retention to authenticated;
