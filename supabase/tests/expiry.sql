begin;
\ir helpers.psql
select plan(65);

-- Months of ann's runs and bob's, three each, with four events and a call. What is too old by 90 days
-- is too old in every month since the fifth before this one; runs are kept for as long here.
select tests.operate();
set constraints all immediate;
update public.retention set keep_days = 90 where kind in ('runs', 'tool_calls');
create function tests.month(ago int) returns date
language sql stable security definer as $$ select (app.this_month() - make_interval(months => ago))::date $$;
create function tests.run(who text, ago int, place int) returns uuid
language sql stable security definer as $$
  select tests.run_id(who || place, (tests.month(ago) + place)::timestamp at time zone 'UTC')
$$;
do $$
declare
  kind app.partitioned;
begin
  for kind in select * from app.partitioned loop
    for ago in 1..6 loop
      perform app.make_partition(kind, tests.month(ago));
    end loop;
  end loop;
end;
$$;
insert into public.runs (id, owner_id, agent_id, agent_name, version_id, version, status, input, engine, layers,
  limits, created_at, ended_at)
select tests.run(who, ago, place), tests.id(who), tests.id(who || '''s agent'), 'weather', tests.id('version'), 1, 'lost',
  '1', 'quickjs', '{}', '{}', day, day + interval '1 hour'
from unnest(array['ann', 'bob']) as who, generate_series(0, 6) as ago, generate_series(1, 3) as place,
  lateral (select (tests.month(ago) + place)::timestamp at time zone 'UTC' as day) as at;
insert into public.run_events (run_id, seq, type, at, data, owner_id)
select id, seq, case seq when 1 then 'run.started' when 4 then 'run.lost' else 'log' end, created_at, '{}', owner_id
from public.runs, generate_series(1, 4) as seq;
insert into public.tool_calls (id, run_id, owner_id, agent_id, agent_name, seq, tool, target, args_hash, verdict, created_at)
select gen_random_uuid(), id, owner_id, agent_id, 'weather', 1, 'fetch', 'x', repeat('a', 64), 'allowed', created_at
from public.runs;
insert into public.security_events (id, type, at, count, user_id, data)
select id, 'suspicious', created_at, 1, owner_id, '{}' from public.runs;

-- How many rows there are of somebody, or of all: runs, events, calls, security events.
create function tests.rows(who text default null) returns text
language sql stable security definer as $$
  select concat_ws(' ', (select count(*) from public.runs where coalesce(owner_id = tests.id(who), true)),
    (select count(*) from public.run_events where coalesce(owner_id = tests.id(who), true)),
    (select count(*) from public.tool_calls where coalesce(owner_id = tests.id(who), true)),
    (select count(*) from public.security_events where coalesce(user_id = tests.id(who), true)))
$$;
-- The counts of as many calls as it takes, and how many calls that were.
create function tests.expire(rows int default 50000, kind text default null, out counts jsonb, out calls int)
language plpgsql as $$
declare
  said jsonb;
  counted text;
begin
  counts := '{}';
  calls := 0;
  loop
    said := app.expire(max_rows => rows, only_kind => expire.kind);
    calls := calls + 1;
    for counted in select jsonb_object_keys(said -> 'counts') loop
      counts := jsonb_set(counts, array[counted], to_jsonb(
        coalesce((counts ->> counted)::int, 0) + (said -> 'counts' ->> counted)::int));
    end loop;
    exit when not (said ->> 'more')::boolean or calls >= 100;
  end loop;
end;
$$;
create function tests.months(name text) returns int
language sql stable as $$ select count(*)::int from app.months_of(name) $$;

create function tests.hold(kind text, user_name text, agent text default null, since timestamptz default '-infinity',
  until timestamptz default 'infinity') returns void
language sql as $$
  insert into public.legal_holds (kind, target, reason, user_id, agent_id, since, until, created_by)
  values (hold.kind, gen_random_uuid(), 'x', tests.id(user_name), tests.id(agent), hold.since, hold.until, tests.id('amy'))
$$;
create function tests.left_over() returns text
language sql as $$
  select concat_ws(' ', (select count(*) from app.run_events_default), (select count(*) from public.security_events),
    (select count(*) from app.idempotency_keys), (select count(*) from app.tool_budgets), (select count(*) from public.alerts),
    (select count(*) from app.alert_deliveries), (select count(*) from app.dead_letters), (select count(*) from public.api_keys),
    (select count(*) from public.files))
$$;

select is(tests.rows(), '42 168 42 42', 'there is something to expire');
alter default privileges in schema tests grant select on tables to public;
create table tests.dry as select app.expire(dry_run => true) as said;
select is(tests.rows(), '42 168 42 42', 'a dry run removes nothing');
select is(tests.months('run_events'), 9, 'and no partition');
select is_empty('table app.expiry_marks', 'and remembers nothing');
select isnt((select action from tests.entries()), 'retention.applied', 'and notes nothing');

savepoint untouched;
select is(
  (select counts from tests.expire()), (select said -> 'counts' from tests.dry), 'what goes is what a dry run said'
);
select is(
  tests.rows(), (select format('%s %s %s %s', n, 4 * n, n, n) from (select 6 * count(*) as n
    from generate_series(0, 6) as ago where tests.month(ago - 1) > now() - interval '90 days') as kept),
  'of runs and what is theirs whole months go, of which nothing is younger than the policy says'
);
select is((select (said ->> 'more')::boolean from tests.dry), false, 'a dry run is over at once');
select is((select min(seq) from public.audit_log), 1::bigint, 'no audit entry expires without a checkpoint');
select is((select (tests.expire()).counts), '{}', 'who expires again finds nothing');
select is(
  (select sum((details -> 'counts' ->> 'events')::int) from public.audit_log where action = 'retention.applied')::text,
  (select said -> 'counts' ->> 'events' from tests.dry), 'the audit log has the counts'
);
select is(
  (select sum(jsonb_array_length(details -> 'partitions')) from public.audit_log where action = 'retention.applied')::int,
  (select jsonb_array_length(said -> 'partitions') from tests.dry), 'and the partitions'
);
create table tests.entries_before as select seq from app.audit_head;
select app.expire();
select is((select seq from app.audit_head), (select seq from tests.entries_before), 'nothing is noted where nothing went');
rollback to savepoint untouched;

-- Holds.
select tests.hold('user', 'ann');
create table tests.dry_held as select app.expire(dry_run => true) -> 'counts' as counts;
select is(tests.rows('ann'), '21 84 21 21', 'of somebody held');
select is((select counts from tests.expire()), (select counts from tests.dry_held), 'a dry run knows of holds');
select is(tests.rows('ann'), '21 84 21 21', 'nothing goes');
select isnt(tests.rows('bob'), '21 84 21 21', 'of others it does');
select is((select (tests.expire()).counts), '{}', 'and no more of it');
update public.legal_holds set released_at = now(), released_by = tests.id('amy');
delete from app.expiry_marks;
select tests.expire();
select is(tests.rows('ann'), tests.rows('bob'), 'what was held goes once it is not');
rollback to savepoint untouched;

select tests.hold('agent', 'bob', 'bob''s agent');
select tests.expire();
select is(tests.rows('bob'), overlay(tests.rows('bob') placing '21 84 21' from 1 for 8), 'of an agent held no run goes');
select isnt(tests.rows('ann'), '21 84 21 21', 'nor anything of a run, and of others it does');
rollback to savepoint untouched;

select tests.hold('agent', 'bob', 'another agent');
select tests.expire();
select is(tests.rows('bob'), tests.rows('ann'), 'another agent of theirs is not held');
rollback to savepoint untouched;

select tests.hold('incident', null, null, tests.month(5)::timestamptz, tests.month(5) + interval '2 days 12 hours');
select tests.expire();
select results_eq(
  $$ select r.owner_id, (select count(*) from public.run_events where run_id = r.id),
       (select count(*) from public.tool_calls where run_id = r.id),
       (select count(*) from public.security_events as e where e.id = r.id)
     from public.runs as r where r.created_at < tests.month(4) order by 1 $$,
  $$ select tests.id(who), 4::bigint, 1::bigint, 1::bigint from unnest(array['ann', 'ann', 'bob', 'bob']) as who order by 1 $$,
  'of an incident what is of its time stays, of everybody'
);
rollback to savepoint untouched;

update public.runs set ended_at = tests.month(5) + interval '20 days' where id = tests.run('ann', 5, 1);
update public.run_events set at = tests.month(5) + interval '19 days 12 hours' where run_id = tests.run('ann', 5, 1) and seq = 3;
insert into public.tool_calls (id, run_id, owner_id, agent_id, agent_name, seq, tool, target, args_hash, verdict, created_at)
select gen_random_uuid(), id, owner_id, agent_id, 'weather', 2, 'fetch', 'x', repeat('a', 64), 'allowed',
  tests.month(5) + interval '19 days 12 hours' from public.runs where id = tests.run('ann', 5, 1);
select tests.hold('incident', null, null, tests.month(5) + interval '19 days', tests.month(5) + interval '21 days');
create table tests.dry_long as select app.expire(dry_run => true) -> 'counts' as counts;
select is((select counts from tests.expire()), (select counts from tests.dry_long), 'a dry run knows of whose time it is');
select results_eq(
  $$ select r.id, (select array_agg(seq) from public.run_events where run_id = r.id),
       (select count(*) from public.tool_calls where run_id = r.id)
     from public.runs as r where r.created_at < tests.month(4) $$,
  $$ values (tests.run('ann', 5, 1), array[3], 1::bigint) $$,
  'a hold on everybody''s time keeps what happened then in a run that began before it'
);
rollback to savepoint untouched;

select tests.hold('incident', 'ann', null, tests.month(0)::timestamptz, now());
select is(
  (select counts from tests.expire()), (select said -> 'counts' from tests.dry),
  'a hold on some of somebody''s time stops the expiry of nothing else'
);
rollback to savepoint untouched;

-- What fails.
insert into app.dead_letters (run_id, owner_id, agent_id, agent_name, attempts, reason, died_at)
values (gen_random_uuid(), tests.id('ann'), tests.id('agent'), 'x', 5, 'lost', now() - interval '31 days');
create function tests.fail() returns trigger
language plpgsql as $$ begin raise exception 'no'; end $$;
create trigger fail after delete on app.dead_letters execute function tests.fail();
create trigger fail after delete on public.runs execute function tests.fail();
select is(
  (select counts from tests.expire()), (select (said -> 'counts') - 'runs' from tests.dry), 'a kind that fails stops no other'
);
select is((select count(*)::int from app.dead_letters), 1, 'and nothing of it is gone');
rollback to savepoint untouched;

-- Bounds.
select is(
  (select (said -> 'counts' ->> 'events')::int > 0 and jsonb_array_length(said -> 'partitions') = 1 and (said ->> 'more')::boolean
   from app.expire() as said), true, 'a call drops one partition, and says that there is more'
);
rollback to savepoint untouched;
select tests.hold('user', 'ann');
create table tests.dry_again as select app.expire(dry_run => true) -> 'counts' as counts;
create table tests.bounded as select app.expire(max_rows => 8) as said;
select ok((select sum(n::int) <= 12 from tests.bounded, jsonb_each_text(said -> 'counts') as c (kind, n)),
  'a call removes so many rows, and those of the same run');
select is((select said ->> 'more' from tests.bounded), 'true', 'and says that there is more');
select ok((select count(*) = 1 from app.expiry_marks where not done), 'how far it came is remembered');
create table tests.others as select counts from tests.expire(8);
select is(
  (select (said -> 'counts' ->> 'events')::int + (counts ->> 'events')::int from tests.bounded, tests.others),
  (select (counts ->> 'events')::int from tests.dry_again), 'the next calls go on from there'
);
rollback to savepoint untouched;
select throws_ok(
  format('select app.expire(%s)', arguments), 'PT400', 'invalid_request', arguments
) from unnest(array['max_rows => 0', 'max_rows => null', 'max_rows => 1000001', 'max_ms => 0', 'max_ms => null',
  'max_ms => 600001', 'dry_run => null', 'only_kind => ''x''']) as arguments;
select is((select count(*)::int from jsonb_object_keys((app.expire(only_kind => 'tool_calls') -> 'counts'))), 1,
  'of one kind, where one is named');
rollback to savepoint untouched;

-- Logs, where they are kept for less time than events.
update public.retention set keep_days = 1000 where kind in ('runs', 'events', 'tool_calls');
update public.retention set keep_days = 40 where kind = 'logs';
select tests.expire(50, 'logs');
select is(
  (select array_agg(distinct type order by type) from public.run_events where run_id < app.month_floor('id', tests.month(2))::uuid),
  '{run.lost,run.started}', 'logs go before the events beside them'
);
select ok(exists (select from public.run_events where type = 'log'), 'young ones do not');
select is((select count(*)::int from public.run_events where type <> 'log'), 84, 'and nothing else does');
rollback to savepoint untouched;

-- Runs wait for what is theirs, and never go while they go on.
update public.runs set status = 'queued', engine = null, layers = null, limits = null, ended_at = null, queued_at = now()
where id = tests.run('ann', 6, 1);
create table tests.dry_waiting as select app.expire(dry_run => true) -> 'counts' as counts;
select is((select counts from tests.expire()), (select counts from tests.dry_waiting), 'a dry run knows of runs that go on');
select is((select count(*)::int from public.runs where created_at < tests.month(5)), 1, 'a run that waits stays');
select results_eq(
  $$ select (select count(*) from public.run_events where run_id < app.month_floor('id', tests.month(5))::uuid),
       (select count(*) from public.tool_calls where run_id < app.month_floor('id', tests.month(5))::uuid) $$,
  'values (4::bigint, 1::bigint)', 'nothing of a run that has not ended expires'
);
update public.runs set status = 'cancelled', ended_at = now() where status = 'queued';
select tests.expire();
select is((select count(*)::int from public.runs where created_at < tests.month(5)), 1, 'it is not looked for at once');
update app.expiry_marks set begun_at = now() - interval '2 days';
select tests.expire();
select is((select count(*)::int from public.runs where created_at < tests.month(5)), 0, 'but a day later');
select is_empty(
  $$ select from public.run_events where run_id < app.month_floor('id', tests.month(5))::uuid $$, 'with all that was of it'
);
rollback to savepoint untouched;
select app.expire(only_kind => 'runs');
select is(tests.rows(), '42 168 42 42', 'no run goes before its events');
update public.retention set keep_days = 1000 where kind = 'runs';
select tests.expire();
select is((select count(*)::int from public.runs), 42, 'runs may be kept for longer');
rollback to savepoint untouched;

-- What lies in no month, and what is no month's.
delete from public.run_events;
delete from public.security_events;
insert into public.run_events (run_id, seq, type, at, data, owner_id)
select app.month_floor('id', tests.month(ago))::uuid, 1, 'run.started', tests.month(ago), '{}', tests.id('ann')
from unnest(array[30, 20, 0]) as ago;
insert into public.security_events (id, type, at, count, user_id, data)
select app.month_floor('id', tests.month(ago))::uuid, 'suspicious', tests.month(ago), 1, tests.id('ann'), '{}' from unnest(array[30, 20]) as ago;
insert into app.idempotency_keys (owner_id, key, request_hash, run_id, created_at)
select tests.id('ann'), ago::text, 'x', tests.run('ann', 0, 1), now() - ago * interval '1 hour' from unnest(array[23, 25]) as ago;
insert into app.tool_budgets (scope, subject, what, day)
select scope, tests.id('ann'), 'x', app.today() - ago from unnest(array['user', 'agent', 'run']) as scope, unnest(array[35, 36]) as ago;
insert into public.alerts (rule, type, subject, count, threshold, window_s, first_at, at, created_at)
select 'x', 'suspicious', tests.id(who)::text, 1, 1, 60, now() - ago * interval '1 day', now() - ago * interval '1 day',
  now() - ago * interval '1 day' from unnest(array['ann', 'bob']) as who, unnest(array[6, 8, 364, 366]) as ago;
insert into app.alert_deliveries (alert_id, payload) select id, '{}' from public.alerts;
insert into app.dead_letters (run_id, owner_id, agent_id, agent_name, attempts, reason, died_at)
select gen_random_uuid(), tests.id('ann'), tests.id('agent'), 'x', 5, 'lost', now() - ago * interval '1 day' from unnest(array[29, 31]) as ago;
insert into public.api_keys (owner_id, name, public_id, scopes, expires_at, revoked_at)
select tests.id('ann'), ago || ' ' || what, left(md5(ago || what), 16), '{agents:read}',
  case when what <> 'revoked' then now() - ago * interval '1 day' end, case when what <> 'expired' then now() - ago * interval '1 day' end
from unnest(array[89, 91]) as ago, unnest(array['expired', 'revoked', 'both']) as what;
select tests.agent('ann', 'weather');
insert into public.files (owner_id, agent_id, run_id, path, bytes, type, sha256, content, created_at)
select tests.id('ann'), tests.agent_id('ann', 'weather'), tests.run('ann', 0, 1), 'scratch/' || ago, 0, 'text/plain',
  repeat('a', 64), '', now() - ago * interval '1 hour' from unnest(array[23, 25]) as ago;
savepoint small;
select is(tests.left_over(), '2 2 2 6 8 8 2 6 2', 'of small things there are some');
select is((app.expire(dry_run => true) -> 'counts') - 'runs' - 'tool_calls', '{"events": 2, "security_events": 2, "idempotency_keys": 1,
  "tool_budgets": 2, "alerts": 2, "deliveries": 6, "dead_letters": 1, "expired_keys": 3, "scratch_files": 1}', 'a dry run counts them');
select tests.expire();
select is(tests.left_over(), '0 0 1 4 6 2 1 3 1', 'those that are too old go');
rollback to savepoint small;
select tests.hold('user', 'ann');
select tests.expire();
select is(tests.left_over(), '2 2 2 5 7 2 2 6 2', 'what is held does not');
rollback to savepoint small;
insert into public.legal_holds (kind, target, reason, user_id, since, until, created_by)
select 'incident', id, 'x', tests.id('nobody'), at, at + interval '1 s', tests.id('amy') from public.alerts
where created_at < now() - interval '365 days';
select tests.expire();
select is((select count(*)::int from public.alerts), 8, 'an alert that is an incident stays');
rollback to savepoint untouched;

select tests.become('amy');
select is(
  (select said -> 'counts' from public.run_retention() as said), (select said -> 'counts' from tests.dry), 'an admin asks what would go'
);
select tests.operate();
select is(tests.rows(), '42 168 42 42', 'which removes nothing');
select tests.become('amy');
select is((public.run_retention(false, 'tool_calls') ->> 'more')::boolean, true, 'and lets it go');
select throws_ok($$ select public.run_retention(true, 'x') $$, 'PT400', 'invalid_request', 'of a kind that there is');
select throws_ok('select app.expire()', '42501', null, 'but not around it');
select tests.become('ann');
select throws_ok('select public.run_retention()', 'PT403', 'forbidden', 'others do not');

select tests.operate();
select is_empty(
  $$ select p.oid::regprocedure, said[1] from pg_proc as p,
       regexp_matches(p.prosrc, '\m(?:delete from|update) [^;]*;', 'gi') as said
     where p.pronamespace in ('public'::regnamespace, 'app'::regnamespace) and said[1] !~* '\mwhere\M'
       and said[1] ~* '^(delete from|update) (public|app|auth)\.' $$,
  'nothing is deleted or updated without saying which: hosted projects refuse that'
);

select * from finish();
rollback;
