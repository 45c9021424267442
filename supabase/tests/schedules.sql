begin;
\ir helpers.psql
select plan(93);
-- What a schedule is, whoever asks.
create function tests.schedule(name text) returns public.schedules
language sql stable security definer as $$
  select s from public.schedules as s where s.name = schedule.name order by s.id desc limit 1
$$;
-- Makes a schedule due, planned so long ago and then again tomorrow, as it would be after we were away.
create function tests.due(name text, ago interval default '0', missed text default 'skip') returns void
language sql security definer as $$
  update public.schedules as s set planned_at = t, next_at = t + app.jitter(s), last_planned_at = t - interval '1 second',
    time_zone = 'UTC', cron = to_char(t at time zone 'UTC', 'FMMI FMHH24 "* * *"'), missed = due.missed
  from (select date_trunc('minute', clock_timestamp() - due.ago) as t) as planned
  where s.id = (tests.schedule(due.name)).id
$$;
-- Fires what is due, until nothing is; answers how many runs were queued.
create function tests.tick() returns int
language plpgsql security definer as $$
declare
  queued int := 0;
  fired boolean;
begin
  loop
    fired := app.fire_next_schedule();
    exit when fired is null;
    queued := queued + fired::int;
  end loop;
  return queued;
end;
$$;
create function tests.problem(name text) returns text
language sql stable security definer as $$ select (tests.schedule(problem.name)).last_problem $$;
create function tests.runs_of(name text) returns setof public.runs
language sql stable security definer as $$
  select r.* from public.runs as r where r.trigger_id = (tests.schedule(runs_of.name)).id order by r.id
$$;

-- Making one.
select tests.agent('ann', 'weather');
select tests.agent('ann', 'news');
select tests.agent('bob', 'weather');
select tests.key('ann', 'all');
select tests.key('ann', 'news key', array['agents:read', 'agents:write', 'agents:execute'], 'news');
select tests.key('ann', 'second', array['agents:read', 'agents:write', 'agents:execute']);
select tests.key('ann', 'blind', array['agents:write']);
select tests.key('ann', 'writer', array['agents:read', 'agents:write']);
select tests.become('ann');
select lives_ok($$ select public.create_schedule('weather', 'hourly', '0 0 1 1 *') $$, 'a user lets an agent run by the clock');
select results_eq('select name, enabled, next_at > now(), last_problem from public.schedules', $$ values ('hourly', true, true, null::text) $$, 'and sees it');
select throws_ok($$ select public.create_schedule('weather', 'hourly', '1 * * * *') $$, 'PT409', 'schedule_taken', 'no two have one name');
select lives_ok($$ select public.create_schedule('news', 'hourly', '0 * * * *', enabled => false) $$, 'but another agent may have one of it');
select results_eq(
  $$ select name, enabled, planned_at, next_at from public.schedules where agent_id = tests.agent_id('ann', 'news') $$,
  $$ values ('hourly', false, null::timestamptz, null::timestamptz) $$, 'one that is off has nothing planned'
);
select throws_ok($$ select public.create_schedule('none', 'x', '0 * * * *') $$, 'PT404', 'not_found', 'not for an agent that is not there');
select lives_ok($$ select public.create_version('news', 'export default () => 2', 'javascript') $$, 'another agent has more versions');
select throws_ok($$ select public.create_schedule('weather', 'x', '0 * * * *', version => 2) $$, 'PT404', 'not_found', 'nor for a version that is not');
select results_eq(
  $$ select split_part(tests.error_of(format('select public.create_schedule(''weather'', %s)', terms)), '|', 2)
    from unnest(array['''preview'', ''0 * * * *''', '''X'', ''0 * * * *''', 'null, ''0 * * * *''', '''x'', ''0 0 30 2 *''', '''x'', ''0 0 30 2 *'', enabled => false', '''x'', ''60 * * * *''',
      '''x'', null', '''x'', ''0 * * * *'', ''Mars/Olympus''', '''x'', ''0 * * * *'', null', '''x'', ''0 * * * *'', jitter_seconds => 3601', '''x'', ''0 * * * *'', jitter_seconds => -1',
      '''x'', ''0 * * * *'', jitter_seconds => null', '''x'', ''0 * * * *'', missed => ''all''', '''x'', ''0 * * * *'', missed => null',
      '''x'', ''0 * * * *'', input => null', '''x'', ''0 * * * *'', input => ''"'' || repeat(''x'', 65536) || ''"''']) as terms $$,
  $$ select 'invalid_request' from generate_series(1, 16) $$,
  'what can be none is refused'
);
select is((select count(*) from public.schedules), 2::bigint, 'and nothing of it stays');

-- Who may.
select tests.become('bob');
select is_empty('select from public.schedules', 'a stranger sees none');
select throws_ok($$ select public.update_schedule('weather', 'hourly', enabled => false) $$, 'PT404', 'not_found', 'and changes none');
select throws_ok($$ select public.delete_schedule('weather', 'hourly') $$, 'PT404', 'not_found', 'and ends none');
select tests.become('vic');
select throws_ok($$ select public.create_schedule('weather', 'x', '0 * * * *') $$, 'PT403', 'forbidden', 'a viewer makes none');
select tests.become('anon');
select throws_ok($$ select public.create_schedule('weather', 'x', '0 * * * *') $$, '42501', null, 'nor does nobody');
select throws_ok('select from public.schedules', '42501', null, 'who sees none');
select tests.become_key('ann', 'writer');
select throws_ok($$ select public.create_schedule('weather', 'x', '0 * * * *') $$, 'PT403', 'forbidden', 'a key that runs nothing lets nothing run');
select throws_ok($$ select public.update_schedule('weather', 'hourly', cron => '* * * * *') $$, 'PT403', 'forbidden', 'nor more often');
select throws_ok($$ select public.delete_schedule('weather', 'hourly') $$, 'PT403', 'forbidden', 'and ends none');
select tests.become_key('ann', 'news key');
select results_eq('select agent_id from public.schedules', $$ select tests.agent_id('ann', 'news') $$, 'a key of one agent sees its schedules alone');
select throws_ok($$ select public.create_schedule('weather', 'x', '0 * * * *') $$, 'PT404', 'not_found', 'and makes them for that agent alone');
select throws_ok($$ select public.update_schedule('weather', 'hourly', cron => '* * * * *') $$, 'PT404', 'not_found', 'and changes no other''s');
select lives_ok($$ select public.update_schedule('news', 'hourly', missed => 'once') $$, 'a key that changes what its owner made');
select is((select s.key_id from public.schedules as s where s.name = 'hourly'), tests.key_id('news key'), 'is from then on what that ends with');
select lives_ok($$ select public.create_schedule('news', 'keyed', '0 0 1 1 *') $$, 'it makes its own');
select is((select s.key_id from public.schedules as s where s.name = 'keyed'), tests.key_id('news key'), 'which has its rights');
select lives_ok($$ select public.update_schedule('news', 'keyed', input => '{"n":1}') $$, 'and which it may change');
select tests.become('ann');
select lives_ok($$ select public.update_schedule('news', 'keyed', missed => 'once') $$, 'its owner may, too');
select is((select s.key_id from public.schedules as s where s.name = 'keyed'), tests.key_id('news key'), 'and it stays the key''s');
select tests.become_key('ann', 'second');
select throws_ok($$ select public.update_schedule('news', 'keyed', enabled => true) $$, 'PT409', 'made_by_other_key', 'another key does not change it');

-- Limits.
select tests.operate();
update app.settings set max_schedules_per_agent = 2;
select tests.become('ann');
select throws_ok($$ select public.create_schedule('news', 'third', '0 * * * *') $$, 'PT409', 'too_many_schedules', 'an agent has so many schedules');
select lives_ok($$ select public.create_schedule('weather', 'steady', '0 0 1 1 *', jitter_seconds => 3600, input => '{"n":2}') $$, 'another has others');
select tests.operate();
update app.settings set max_schedules_per_agent = 20, max_schedules = 4;
select tests.become('ann');
select throws_ok($$ select public.create_schedule('news', 'third', '0 * * * *') $$, 'PT409', 'too_many_schedules', 'a user has so many');
select tests.become('bob');
select lives_ok($$ select public.create_schedule('weather', 'his', '0 0 1 1 *') $$, 'another user has others');
select tests.operate();
update app.settings set max_schedules = 100;

-- Jitter.
select is(app.jitter(s), app.jitter(s), 'jitter is always the same') from tests.schedule('steady') as s;
select ok(bool_and(app.jitter(s) between interval '0' and interval '10 seconds') and count(distinct app.jitter(s)) = 11, 'and within bounds, and another for others')
from (select jsonb_populate_record(null::public.schedules, jsonb_build_object('id', md5(n::text)::uuid, 'jitter_seconds', 10)) as s from generate_series(1, 500) as n) as many;
select is(s.next_at - s.planned_at, app.jitter(s), 'a schedule fires as much later as its jitter is') from tests.schedule('steady') as s;

-- Firing.
select tests.become('ann');
select lives_ok($$ select public.delete_schedule('news', 'hourly') $$, 'a schedule ends when its owner says so');
select lives_ok($$ select public.update_schedule('weather', 'steady', jitter_seconds => 0) $$, 'and changes');
select tests.operate();
select is(tests.tick(), 0, 'nothing fires before its time');
select tests.due('steady');
select is(tests.tick(), 1, 'what is due fires');
select results_eq(
  $$ select r.owner_id, r.agent_id, r.status, r.trigger, r.input::text, r.key_id, r.id = s.last_run_id, s.last_problem, s.planned_at > clock_timestamp(), s.last_at is not null
    from tests.runs_of('steady') as r, tests.schedule('steady') as s $$,
  $$ select tests.id('ann'), tests.agent_id('ann', 'weather'), 'queued', 'schedule', '{"n":2}', null::uuid, true, null::text, true, true $$,
  'its run is queued, and the next time is planned'
);
select is(tests.tick(), 0, 'each time fires once');
update public.schedules as s set planned_at = last_planned_at, next_at = last_planned_at where s.name = 'steady';
select is(tests.tick(), 0, 'also where somebody plans it again');
select is((select count(*) from tests.runs_of('steady')), 1::bigint, 'there is one run');
select tests.due('steady', '4 minutes');
update public.schedules as s set cron = (select string_agg(to_char(s.planned_at + n * interval '1 minute', 'FMMI'), ',') from generate_series(0, 3) as n) || ' * * * *'
where s.name = 'steady';
select is(tests.tick(), 1, 'several times that are over are one run');
select ok(s.last_planned_at between clock_timestamp() - interval '3 minutes' and clock_timestamp(), 'for the last of them') from tests.schedule('steady') as s;
select tests.due('steady');
update public.schedules as s set next_at = clock_timestamp() + interval '1 minute' where s.name = 'steady';
select is(tests.tick(), 0, 'what is jittered fires later');
update public.schedules set jitter_seconds = 0, next_at = planned_at where name = 'steady';
select is(tests.tick(), 1, 'and then at last');

-- What is missed.
select tests.due('hourly', '3 hours');
select is(tests.tick(), 0, 'what was missed is skipped');
select is(tests.problem('hourly'), 'missed', 'and says so');
select ok(s.planned_at > clock_timestamp() and s.enabled, 'and the next time is planned') from tests.schedule('hourly') as s;
select tests.due('hourly', '3 minutes');
select is(tests.tick(), 1, 'a little late is not missed');
select is(tests.problem('hourly'), null, 'and is no problem');
select tests.due('hourly', '3 days 3 hours', 'once');
select is(tests.tick(), 1, 'or it is made up for once');
select is(tests.tick(), 0, 'and not for each time');

-- What is in the way stops no other.
select tests.become('ann');
select lives_ok($$ select public.set_agent_archived('news', true) $$, 'an agent is archived');
select tests.operate();
select tests.due('keyed', '2 minutes'), tests.due('hourly');
select is(tests.tick(), 1, 'its schedule stops no other');
select is(tests.problem('keyed'), 'agent_archived', 'and says so');
select ok(s.enabled and s.planned_at > clock_timestamp(), 'and goes on when the agent does') from tests.schedule('keyed') as s;
select tests.become('ann');
select lives_ok($$ select public.set_agent_archived('news', false) $$, 'which it does');
select tests.operate();
select tests.due('keyed');
select is(tests.tick(), 1, 'then it fires');
select is((select key_id from tests.runs_of('keyed')), tests.key_id('news key'), 'with the rights of its key');
select tests.quarantine('user', tests.id('ann'));
select tests.due('hourly', '2 minutes'), tests.due('his');
select is(tests.tick(), 1, 'a quarantine of its owner keeps it, and no other''s');
select is(tests.problem('hourly'), 'user_quarantined', 'and it says so');
select tests.release('user', tests.id('ann'));
select tests.quarantine('everything');
select tests.due('hourly'), tests.due('his');
select is(tests.tick(), 0, 'the kill switch keeps all');
select is(tests.problem('his'), 'execution_suspended', 'which say so');
select tests.release('everything');
select tests.due('keyed');
update public.api_keys set revoked_at = now() where id = tests.key_id('news key');
select is(tests.tick(), 0, 'a schedule ends with the key that it was made by');
select results_eq(
  $$ select s.enabled, s.last_problem, s.next_at from tests.schedule('keyed') as s $$, $$ values (false, 'key_revoked', null::timestamptz) $$,
  'and says so'
);
update public.api_keys set revoked_at = null, expires_at = now() - interval '1 second' where id = tests.key_id('news key');
update public.schedules set enabled = true, planned_at = now(), next_at = now() where name = 'keyed';
select is(tests.tick(), 0, 'also with one that has expired');
select is(tests.problem('keyed'), 'key_expired', 'and says that');
insert into app.user_roles (user_id, role) values (tests.id('bob'), 'viewer');
select tests.due('his');
select is(tests.tick(), 0, 'a schedule may no more than its owner');
select is(tests.problem('his'), 'forbidden', 'and says so');
select tests.due('hourly');
update public.schedules set time_zone = 'Mars/Olympus' where name = 'hourly';
select is(tests.tick(), 0, 'a time zone may go');
select results_eq(
  $$ select s.enabled, s.last_problem from tests.schedule('hourly') as s $$, $$ values (false, 'invalid_request') $$, 'and the schedule with it'
);
-- What fails on our side, here for want of the queue, is tried again.
select tests.due('steady', '2 minutes');
alter function app.enqueue rename to enqueue_for_now;
select is(tests.tick(), 0, 'what fails on our side is no run');
select ok(
  s.last_problem = 'internal' and s.enabled and s.planned_at < clock_timestamp() and s.next_at between clock_timestamp() + interval '50 seconds' and clock_timestamp() + interval '1 minute',
  'but is tried again in a minute'
) from tests.schedule('steady') as s;
alter function app.enqueue_for_now rename to enqueue;
update public.schedules set next_at = now() where name = 'steady';
select is(tests.tick(), 1, 'and then fires');

-- Switched off and on.
select tests.become('ann');
select lives_ok($$ select public.update_schedule('weather', 'steady', enabled => false, cron => '* * * * *') $$, 'a schedule is switched off');
select tests.operate();
select is((select s.next_at from tests.schedule('steady') as s), null, 'and has no next time');
select tests.become('ann');
select lives_ok($$ select public.update_schedule('weather', 'steady', enabled => true) $$, 'and on');
select tests.operate();
select ok(s.planned_at > now(), 'and makes up for nothing') from tests.schedule('steady') as s;
select ok(planned.planned_at > now() + interval '1 day', 'and repeats nothing, should a clock go back')
from tests.schedule('steady') as s, lateral app.plan(jsonb_populate_record(s, jsonb_build_object('last_planned_at', now() + interval '1 day')), now()) as planned;
select throws_ok($$ update public.schedules set next_at = null where name = 'steady' $$, '23514', null, 'one that is on has a time');

-- What is written down.
set constraints all immediate;
select results_eq(
  $$ select distinct action from public.audit_log where resource_type = 'schedule' order by action $$,
  array['schedule.changed', 'schedule.created', 'schedule.deleted'], 'all changes are in the audit log'
);
select is(
  (select count(*) from public.audit_log where resource_type = 'schedule' and details::text like '%"n"%'), 0::bigint, 'and no input is'
);

-- Previews.
select tests.become('vic');
select is((select count(*) from public.preview_schedule('0 0 * * *', 'Europe/Berlin')), 5::bigint, 'whoever reads is told when a line fires');
select is((select count(*) from public.preview_schedule('* * * * *', 'UTC', 1000000)), 50::bigint, 'up to fifty times');
select is((select count(*) from public.preview_schedule('* * * * *', 'UTC', -1)), 0::bigint, 'or none');
select throws_ok($$ select public.preview_schedule('0 0 30 2 *') $$, 'PT400', 'invalid_request', 'and that it does not');
select throws_ok($$ select public.preview_schedule('0 0 * * *', 'Mars/Olympus') $$, 'PT400', 'invalid_request', 'and not where there is no time');
select tests.become_key('ann', 'blind');
select throws_ok($$ select public.preview_schedule('0 0 * * *') $$, 'PT403', 'forbidden', 'nor who reads nothing');
select tests.become('anon');
select throws_ok($$ select public.preview_schedule('0 0 * * *') $$, '42501', null, 'nobody is told');
select * from finish();
rollback;
