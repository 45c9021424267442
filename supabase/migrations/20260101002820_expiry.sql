-- Expiry: what is too old goes. A call does so much of it and no more, in rows and in time, and the
-- next goes on; of two at once, one does it. A month of a partitioned table whose rows all are too old
-- is dropped; where some of them are held it is thinned, key by key, with a mark how far. Each call
-- that removed something leaves one audit entry, which is part of the same transaction.
--
-- Locks: the turn retention, rows without waiting for any, at last the parent of one partition, for
-- which nobody waits longer than 100 ms behind us. A call ends once it has dropped a partition, so
-- that the lock is given back. Of the audit log the head is locked before the table, as who adds an
-- entry does.

-- Runs that go on, or wait to: what they did so far is theirs until they end.
create function app.going_runs() returns setof uuid
language sql stable
set search_path = ''
as $$
  select r.id from public.runs as r where r.status = 'queued'
  union all
  select r.id from public.runs as r where r.status = 'running';
$$;
revoke execute on function app.going_runs from public, anon, authenticated, service_role;

-- What expires row by row: tables, and when a row is too old, where $1 is since when things are kept;
-- then whose it is and of when, for holds.
create function app.expiring(
  kind text, out name text, out old text, out owner text, out agent text, out at text
) returns setof record
language sql immutable
set search_path = ''
as $$
  select e.name, e.old, e.owner, e.agent, e.at from (values
    ('dead_letters', 'app.dead_letters', 't.died_at < $1',
      't.owner_id', 't.agent_id', 't.died_at'),
    ('deliveries', 'public.webhook_deliveries',
      't.created_at < $1 and (t.delivered_at is not null or t.gave_up_at is not null)',
      't.owner_id', 't.agent_id', 't.created_at'),
    ('deliveries', 'app.hook_deliveries', 't.at < $1',
      '(select h.owner_id from public.hooks as h where h.id = t.hook_id)',
      '(select h.agent_id from public.hooks as h where h.id = t.hook_id)', 't.at'),
    -- An alert that nobody could or would send for a week is no news any more.
    ('deliveries', 'app.alert_deliveries', 'exists (select from public.alerts as a
      where a.id = t.alert_id and a.created_at < greatest($1, now() - interval ''7 days''))',
      'null::uuid', 'null::uuid', '''infinity''::timestamptz'),
    ('idempotency_keys', 'app.idempotency_keys', 't.created_at < $1',
      't.owner_id', 'null::uuid', 't.created_at'),
    ('tool_budgets', 'app.tool_budgets',
      't.scope <> ''run'' and t.day < ($1 at time zone ''UTC'')::date',
      'case t.scope when ''user'' then t.subject end',
      'case t.scope when ''agent'' then t.subject end', 't.day::timestamptz'),
    ('scratch_files', 'public.files', 't.run_id is not null and t.created_at < $1 and not exists (
      select from public.runs as r where r.id = t.run_id and r.status in (''queued'', ''running''))',
      't.owner_id', 't.agent_id', 't.created_at'),
    ('expired_keys', 'public.api_keys', 'least(t.revoked_at, t.expires_at) < $1',
      't.owner_id', 't.agent_id', 't.created_at'),
    ('alerts', 'public.alerts', 't.created_at < $1 and not exists (
      select from public.legal_holds as h
      where h.kind = ''incident'' and h.target = t.id and h.released_at is null)',
      'app.to_uuid(t.subject)', 'null::uuid', 't.at'),
    ('events', 'app.run_events_default',
      't.run_id < app.uuid7_floor($1) and t.run_id not in (select app.going_runs())', 't.owner_id',
      '(select r.agent_id from public.runs as r where r.id = t.run_id)', 't.at'),
    ('tool_calls', 'app.tool_calls_default',
      't.created_at < $1 and t.run_id not in (select app.going_runs())',
      't.owner_id', 't.agent_id', 't.created_at'),
    ('security_events', 'app.security_events_default', 't.at < $1',
      't.user_id', 'null::uuid', 't.at')
  ) as e (kind, name, old, owner, agent, at)
  where e.kind = expiring.kind;
$$;
revoke execute on function app.expiring from public, anon, authenticated, service_role;

-- What expires by the month, or is gone through by its key: the table, its key, which of the rows,
-- whose they are and of when. Events and calls are of their run; a run goes on from at to over.
create function app.expiring_months(
  kind text, out name text, out key text, out which text, out owner text, out agent text,
  out at text, out over text
)
language sql immutable
set search_path = ''
as $$
  select e.name, e.key, e.which, e.owner, e.agent, e.at, e.over from (values
    ('logs', 'run_events', 'run_id',
      't.type = ''log'' and t.run_id not in (select app.going_runs())', 't.owner_id',
      '(select r.agent_id from public.runs as r where r.id = t.run_id)', 't.at', null),
    ('events', 'run_events', 'run_id', 't.run_id not in (select app.going_runs())', 't.owner_id',
      '(select r.agent_id from public.runs as r where r.id = t.run_id)', 't.at', null),
    ('tool_calls', 'tool_calls', 'run_id', 't.run_id not in (select app.going_runs())',
      't.owner_id', 't.agent_id', 't.created_at', null),
    ('security_events', 'security_events', 'id', 'true', 't.user_id', 'null::uuid', 't.at', null),
    ('runs', 'runs', 'id', 't.status not in (''queued'', ''running'')',
      't.owner_id', 't.agent_id', 't.created_at', 't.ended_at')
  ) as e (kind, name, key, which, owner, agent, at, over)
  where e.kind = expiring_months.kind;
$$;
revoke execute on function app.expiring_months from public, anon, authenticated, service_role;

-- A round of expiry: what was removed so far, and how much it still may.
create type app.expiry as (
  dry boolean, rows_left bigint, ends_at timestamptz, counts jsonb, partitions text[], more boolean
);

-- The round with rows of a kind counted. Who has used up what a round may, leaves the rest.
create function app.tallied(round app.expiry, kind text, gone bigint) returns app.expiry
language plpgsql
set search_path = ''
as $$
begin
  if gone > 0 then
    round.counts := jsonb_set(round.counts, array[kind],
      to_jsonb(coalesce((round.counts ->> kind)::bigint, 0) + gone));
    round.rows_left := round.rows_left - gone;
  end if;
  round.more := round.more or app.is_over(round);
  return round;
end;
$$;
revoke execute on function app.tallied from public, anon, authenticated, service_role;

create function app.is_over(round app.expiry) returns boolean
language plpgsql
set search_path = ''
as $$
begin
  return not round.dry and (round.rows_left <= 0 or clock_timestamp() >= round.ends_at);
end;
$$;
revoke execute on function app.is_over from public, anon, authenticated, service_role;

-- Removes what is too old of a table, or counts it. Rows that somebody works on are left for later.
create function app.expire_rows(round app.expiry, kind text, since timestamptz) returns app.expiry
language plpgsql
set search_path = ''
as $$
declare
  rule record;
  gone bigint;
begin
  for rule in select * from app.expiring(expire_rows.kind) loop
    loop
      exit when app.is_over(round);
      execute format(case when round.dry then 'select count(*) from %1$s as t where %2$s and not %3$s'
        else 'with gone as (
          delete from %1$s where ctid = any (array(
            select t.ctid from %1$s as t where %2$s and not %3$s limit %4$s for update skip locked))
          returning 1
        ) select count(*) from gone' end,
        rule.name, rule.old, app.held_where(rule.owner, rule.agent, rule.at),
        least(round.rows_left, 5000)) into gone using since;
      round := app.tallied(round, kind, gone);
      exit when round.dry or gone < 5000;
    end loop;
  end loop;
  return round;
end;
$$;
revoke execute on function app.expire_rows from public, anon, authenticated, service_role;
