begin;
\ir helpers.psql
select plan(45);

-- start_run() with everything that a test may want to say.
create function tests.attempt(
  caller text, agent text, run text, version int default null, wall_ms int default 1000, input text default '1'
) returns setof public.runs
language sql as $$
  select * from public.start_run(tests.run_id(run), tests.id(caller), agent, version, input, 'quickjs',
    array['wasm'], '{"wall_ms":1000}', wall_ms, 'request-1')
$$;

select tests.agent('ann', 'weather');
select tests.become('ann');
select public.create_version('weather', 'two', 'javascript', publish => false);

select throws_ok(
  $$ select tests.attempt('ann', 'weather', 'direct') $$,
  '42501', null, 'a user starts no run behind the API''s back'
);
select tests.become('anon');
select throws_ok(
  $$ select tests.attempt('ann', 'weather', 'direct') $$,
  '42501', null, 'nor does an anonymous caller'
);

select tests.become('service');
select results_eq(
  $$ select id, owner_id, agent_name, version, status, input::text, limits::text
     from tests.attempt('ann', 'weather', 'one', input => '"\u0000"') $$,
  $$ select tests.run_id('one'), tests.id('ann'), 'weather', 1, 'running', '"\u0000"', '{"wall_ms":1000}' $$,
  'a run starts with the published version and its input as it came'
);
select results_eq(
  $$ select seq, type, data::jsonb from public.run_events where run_id = tests.run_id('one') $$,
  $$ values (1, 'run.started', '{"agent":"weather","version":1,"engine":"quickjs","attempt":1}'::jsonb) $$,
  'and with its first event'
);
select ok(
  (select deadline_at between started_at + interval '31 s' and started_at + interval '31.1 s'
   from public.runs where id = tests.run_id('one')),
  'its deadline is its wall clock and half a minute to report'
);
select is(
  (select version from tests.attempt('ann', 'weather', 'two', 2)), 2, 'a run may name a version, published or not'
);
select throws_ok(
  $$ select tests.attempt('ann', 'weather', 'none', 3) $$,
  'PT404', 'not_found', 'a version that does not exist is not run'
);
select throws_ok(
  $$ select tests.attempt('ann', 'weather', 'none', wall_ms => 0) $$,
  'PT400', 'invalid_request', 'a run has a wall clock'
);
select throws_ok(
  $$ select tests.attempt('ann', 'weather', 'none', wall_ms => 86400001) $$,
  'PT400', 'invalid_request',
  'a run lasts a day at most'
);
select throws_ok(
  $$ select tests.attempt('ann', 'weather', 'none', wall_ms => null) $$, 'PT400', 'invalid_request',
  'a wall clock is not left out'
);
select throws_ok(
  $$ select tests.attempt('ann', 'weather', 'none', input => '{') $$,
  '22P02', null, 'an input is JSON'
);
select throws_ok(
  $$ select public.start_run(gen_random_uuid(), tests.id('ann'), 'weather', null, '1', 'quickjs', '{}', '{}', 1000, 'r') $$,
  '23514', null, 'a run''s id is a UUIDv7'
);

select is(
  tests.error_of($$ select tests.attempt('bob', 'weather', 'none') $$),
  tests.error_of($$ select tests.attempt('bob', 'missing', 'none') $$),
  'start_run cannot tell a hidden agent from a missing one'
);
select is(
  tests.error_of($$ select tests.attempt('bob', 'weather', 'none', 9) $$),
  tests.error_of($$ select tests.attempt('bob', 'missing', 'none') $$),
  'nor by the version it names'
);
select throws_ok(
  $$ select tests.attempt('bob', 'weather', 'none') $$,
  'PT404', 'not_found', 'a hidden agent is not found'
);
select throws_ok(
  $$ select tests.attempt('amy', 'weather', 'none') $$,
  'PT404', 'not_found', 'not even an admin runs somebody else''s agent'
);
select throws_ok(
  $$ select tests.attempt('nobody', 'weather', 'none') $$,
  'PT403', 'forbidden', 'a caller who is gone may nothing'
);

select tests.operate();
update public.agents set owner_id = tests.id('vic');
select tests.become('service');
select throws_ok(
  $$ select tests.attempt('vic', 'weather', 'none') $$,
  'PT403', 'forbidden', 'a viewer runs not even her own agent'
);
select tests.operate();
update public.agents set owner_id = tests.id('ann'), state = 'archived';
select tests.become('service');
select throws_ok(
  $$ select tests.attempt('ann', 'weather', 'none') $$,
  'PT409', 'agent_archived', 'an archived agent does not run'
);
select tests.operate();
update public.agents set state = 'quarantined';
select tests.become('service');
select throws_ok(
  $$ select tests.attempt('ann', 'weather', 'none') $$,
  'PT423', 'agent_quarantined', 'a quarantined agent does not run'
);
select tests.operate();
update public.agents set state = 'active';
update app.settings set max_concurrent_runs = 2;
select tests.become('service');
select throws_ok(
  $$ select tests.attempt('ann', 'weather', 'none') $$, 'PT429', 'too_many_runs',
  'a user has at most max_concurrent_runs runs under way'
);
select is((select count(*)::int from public.runs), 2, 'what was refused left no run');
select is((select count(*)::int from public.run_events), 2, 'and no event');

select tests.operate();
select tests.expire('two');
select tests.become('service');
select lives_ok(
  $$ select tests.attempt('ann', 'weather', 'three') $$,
  'a run past its deadline no longer counts'
);
select is((select status from public.runs where id = tests.run_id('two')), 'lost', 'but is lost');
select public.settle_run(tests.run_id('one'), tests.ending('succeeded'));
select lives_ok(
  $$ select tests.attempt('ann', 'weather', 'four') $$,
  'a run that has ended no longer counts'
);

select tests.operate();
update app.settings set max_concurrent_runs = 10;
select tests.become('service');
select is(
  (select id from tests.start('ann', 'weather', 'keyed', 'key', 'hash')), tests.run_id('keyed'),
  'a run may have a key'
);
select results_eq(
  $$ select id, status from tests.start('ann', 'weather', 'again', 'key', 'hash') $$,
  $$ select tests.run_id('keyed'), 'running' $$, 'the same request gets the run that goes on'
);
select results_eq(
  $$ select id, status from public.find_replay(tests.id('ann'), 'key', 'hash') $$,
  $$ select tests.run_id('keyed'), 'running' $$, 'and so does who only asks'
);
select throws_ok(
  $$ select tests.start('ann', 'weather', 'again', 'key', 'other') $$,
  'PT422', 'idempotency_key_reused',
  'another request with the same key is refused'
);
select public.settle_run(tests.run_id('keyed'), tests.ending('succeeded', '7'));
select results_eq(
  $$ select id, status, output::text from tests.start('ann', 'weather', 'again', 'key', 'hash') $$,
  $$ select tests.run_id('keyed'), 'succeeded', '7' $$,
  'the same request gets the run that it started'
);
select is_empty($$ select from public.runs where id = tests.run_id('again') $$, 'and starts none');
select is(
  (select id from tests.start('ann', 'weather', 'unkeyed')), tests.run_id('unkeyed'), 'without a key every request starts a run'
);
select throws_ok(
  $$ select tests.start('ann', 'weather', 'long', repeat('k', 256), 'hash') $$,
  '23514', null, 'a key has at most 255 characters'
);

select tests.agent('bob', 'weather');
select is(
  (select id from tests.start('bob', 'weather', 'of bob', 'key', 'hash')), tests.run_id('of bob'),
  'a key is its owner''s alone'
);

select tests.operate();
select tests.silence('of bob', 21);
select tests.become('service');
select results_eq(
  $$ select id, status from public.find_replay(tests.id('bob'), 'key', 'hash') $$,
  $$ select tests.run_id('of bob'), 'lost' $$, 'who only asks is told when it is lost'
);
select results_eq(
  $$ select id, status from tests.start('bob', 'weather', 'again', 'key', 'hash') $$,
  $$ select tests.run_id('of bob'), 'lost' $$, 'a run that never reported is answered as lost'
);

select tests.operate();
update app.idempotency_keys set created_at = now() - interval '25 hours' where owner_id = tests.id('ann');
select tests.become('service');
select is(
  (select id from tests.start('ann', 'weather', 'next day', 'key', 'other')), tests.run_id('next day'),
  'a key is forgotten after 24 hours'
);
select throws_ok(
  $$ select tests.start('ann', 'weather', 'again', 'key', 'hash') $$,
  'PT422', 'idempotency_key_reused',
  'and then belongs to the new request'
);

select tests.operate();
delete from app.role_permissions where permission = 'agents:execute';
select tests.become('service');
select throws_ok(
  $$ select tests.attempt('ann', 'weather', 'none') $$,
  'PT403', 'forbidden', 'running needs agents:execute'
);
select throws_ok(
  $$ select public.find_replay(tests.id('ann'), 'key', 'hash') $$,
  'PT403', 'forbidden', 'and so does having a run repeated'
);
select tests.operate();
delete from app.role_permissions where permission = 'agents:read';
select tests.become('service');
select throws_ok(
  $$ select tests.attempt('ann', 'weather', 'none') $$,
  'PT403', 'forbidden', 'whether or not one may read'
);
select throws_ok(
  $$ select tests.attempt('ann', 'no such agent', 'none') $$,
  'PT403', 'forbidden', 'and whether or not there is such an agent'
);
select tests.become('ann');
select throws_ok('table app.idempotency_keys', '42501', null, 'users do not read keys');
select throws_ok(
  $$ select app.startable_agent(tests.id('bob'), null, 'weather') $$,
  '42501', null, 'users do not reach what starts'
);

select * from finish();
rollback;
