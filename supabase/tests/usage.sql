begin;
\ir helpers.psql
select plan(31);
create function tests.finish(run text, usage text) returns void
language sql as $$
  select public.settle_run(tests.run_id(run), json_build_object(
    'status', 'succeeded', 'output', null, 'error', null, 'usage', usage)::text)
$$;

select tests.agent('ann', 'weather');
select tests.agent('bob', 'weather');
select tests.become('service');
select tests.start('ann', 'weather', 'one');
select tests.start('ann', 'weather', 'two');
select tests.become('ann');
select is(
  public.my_usage()::jsonb,
  jsonb_build_object('running_runs', 2, 'cpu_ms_today', 0,
    'cpu_resets_at', (date_trunc('day', now() at time zone 'UTC') + interval '1 day') at time zone 'UTC'),
  'a user is told what they spend'
);
select tests.become('service');
select tests.finish('one', '{"cpu_ms": 1500, "wall_ms": 9000}');
select tests.finish('two', '{"cpu_ms": 0.4}');
select tests.become('ann');
select is(public.my_usage() ->> 'cpu_ms_today', '1501', 'runs that ended are counted, to the next millisecond');
select is(public.my_usage() ->> 'running_runs', '0', 'and run no more');
select tests.become('service');
select tests.finish('one', '{"cpu_ms": 1500}');
select tests.become('ann');
select is(public.my_usage() ->> 'cpu_ms_today', '1501', 'a run is counted once');
select tests.become('bob');
select is(public.my_usage() ->> 'cpu_ms_today', '0', 'and for its owner alone');
select tests.become('anon');
select throws_ok('select public.my_usage()', '42501', null, 'an anonymous caller spends nothing');
select tests.become('ann');
select throws_ok('table app.cpu_usage', '42501', null, 'users do not read what others spend');
select throws_ok('update app.cpu_usage set cpu_ms = 0', '42501', null, 'or set it back');

select tests.operate();
select is(
  array(select app.cpu_of(usage::json) from unnest(array['{"cpu_ms": -5}', '{"cpu_ms": "lots"}', '{"cpu_ms": null}', '{"cpu_ms": {}}',
    '{"cpu_ms": true}', '{}', '[]', '7', '"cpu_ms"', 'null', '{"cpu_ms": 1e999999}', null]) as usage),
  array_fill(0::bigint, array[12]), 'what no clock could have measured costs nothing'
);
select is(app.cpu_of('{"cpu_ms": 999999999999}'), 86400000::bigint, 'and no run more than a day');
select is(app.cpu_of('{"cpu_ms": 12345678901234567890123}'), 0::bigint, 'however long the number');

-- The budget of a day.
update app.settings set cpu_seconds_per_day = 1;
select tests.become('service');
select throws_ok($$ select tests.start('ann', 'weather', 'x') $$, 'PT429', 'cpu_budget_spent', 'who has spent the day''s CPU time starts nothing');
select lives_ok($$ select tests.start('bob', 'weather', 'bob''s') $$, 'others do');
select tests.operate();
update app.settings set cpu_seconds_per_day = 2;
select tests.become('service');
select lives_ok($$ select tests.start('ann', 'weather', 'three') $$, 'what is left may be begun');
select tests.finish('three', '{"cpu_ms": 499}');
select throws_ok($$ select tests.start('ann', 'weather', 'x') $$, 'PT429', 'cpu_budget_spent', 'until nothing is');
select tests.operate();
update app.cpu_usage set day = day - 1;
select tests.become('service');
select lives_ok($$ select tests.start('ann', 'weather', 'four') $$, 'a new day begins with nothing spent');
select tests.operate();
update app.settings set cpu_seconds_per_day = 0;
select tests.become('service');
select throws_ok($$ select tests.start('ann', 'weather', 'x') $$, 'PT429', 'cpu_budget_spent', 'a budget of nothing is one');

-- Limits of a role.
select tests.operate();
insert into app.role_limits (role, max_concurrent_runs, cpu_seconds_per_day, reads_per_minute) values ('streamer', 2, 8640000, 0), ('viewer', 0, null, null);
select tests.become('ann');
select is(
  public.my_access() ->> 'limits',
  '{"read" : 0, "write" : 120, "execute" : 60, "stream" : 60, "concurrent_runs" : 2, "cpu_seconds_per_day" : 8640000}',
  'a role has its own limits, and else those of everybody'
);
select tests.become('vic');
select is(public.my_access() -> 'limits' ->> 'concurrent_runs', '0', 'nothing is a limit, too');
select is(public.my_access() -> 'limits' ->> 'read', '600', 'null is the setting');
select tests.become('amy');
select is(public.my_access() -> 'limits' ->> 'concurrent_runs', '10', 'and so is no row');
select tests.become('service');
select lives_ok($$ select tests.start('ann', 'weather', 'five') $$, 'runs at once are counted');
select throws_ok($$ select tests.start('ann', 'weather', 'x') $$, 'PT429', 'too_many_runs', 'against the limit of the role');
select tests.key('ann', 'worker');
select throws_ok($$ select tests.start('ann', 'weather', 'x', key => 'worker') $$, 'PT429', 'too_many_runs', 'a key spends what its owner has');
select tests.operate();
insert into app.user_roles values (tests.id('ann'), 'user');
select tests.become('service');
select throws_ok($$ select tests.start('ann', 'weather', 'x') $$, 'PT429', 'cpu_budget_spent', 'another role has others at once');

select tests.operate();
select results_eq(
  $$ select split_part(tests.error_of(format('update app.settings set %s', wrong)), '|', 1) from unnest(array[
    'reads_per_minute = -1', 'executes_per_minute = 1000001', 'cpu_seconds_per_day = 8640001', 'cpu_seconds_per_day = null', 'max_keys = -1']) as wrong $$,
  $$ values ('23514'), ('23514'), ('23514'), ('23502'), ('23514') $$,
  'the operator''s limits have limits'
);
select throws_ok($$ insert into app.role_limits (role) values ('emperor') $$, '23514', null, 'and are of a role');
select tests.become('ann');
select throws_ok('table app.role_limits', '42501', null, 'users do not read limits but their own');
select tests.operate();
update app.cpu_usage set day = day - 35;
select app.forget_cpu_usage();
select is_empty('table app.cpu_usage', 'what was spent is forgotten after five weeks');
insert into app.cpu_usage values (tests.id('ann'), app.today() - 35, 7);
select app.forget_cpu_usage();
select isnt_empty('table app.cpu_usage', 'and not before');
delete from auth.users where id = tests.id('ann');
select is_empty('table app.cpu_usage', 'or with its owner');

select * from finish();
rollback;
