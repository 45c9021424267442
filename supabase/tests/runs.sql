begin;
\ir helpers.psql
select plan(24);

select tests.agent('ann', 'weather');
select tests.become('service');
select tests.start('ann', 'weather', 'one');

select tests.become('ann');
select results_eq(
  $$ select id, agent_name, version, status, input::text, engine, layers, request_id from public.runs $$,
  $$ select tests.run_id('one'), 'weather', 1, 'running', '{"n":1}', 'quickjs', array['wasm'], 'request-1' $$,
  'an owner sees her run'
);
select throws_ok(
  $$ update public.runs set status = 'succeeded' $$, '42501', null, 'not even an owner edits a run'
);
select throws_ok('delete from public.runs', '42501', null, 'not even an owner deletes a run');
select throws_ok(
  $$ insert into public.runs (id, owner_id) values (tests.run_id('x'), tests.id('ann')) $$,
  '42501', null,
  'not even an owner inserts a run'
);
select throws_ok(
  $$ select public.delete_agent('weather') $$,
  'PT409', 'agent_busy', 'an agent with a running run is not deleted'
);

select tests.become('bob');
select is_empty('table public.runs', 'a stranger sees no run');
select tests.become('vic');
select is_empty('table public.runs', 'a viewer sees nobody else''s run');
select tests.become('amy');
select is_empty('table public.runs', 'not even an admin sees somebody else''s run');
select tests.become('anon');
select throws_ok('table public.runs', '42501', null, 'an anonymous caller is refused outright');

select tests.become('service');
select results_eq('select status from public.runs', array['running'], 'the service reads runs');
select throws_ok(
  $$ update public.runs set status = 'succeeded' $$,
  '42501', null, 'the service writes runs by its functions alone'
);
select public.settle_run(tests.run_id('one'), tests.ending('succeeded', '7'));

select tests.become('ann');
select lives_ok(
  $$ select public.delete_agent('weather') $$,
  'an agent whose runs have ended is deleted'
);
select results_eq(
  $$ select agent_name, output::text from public.runs $$, $$ values ('weather', '7') $$,
  'a run outlives its agent'
);

select tests.operate();
select throws_ok(
  $$ update public.runs set id = gen_random_uuid() $$, '23514', null, 'a run''s id is a UUIDv7'
);
select throws_ok(
  $$ update public.runs set status = 'exploded' $$,
  '23514', null, 'a status is one of the closed list'
);
select throws_ok(
  $$ update public.runs set ended_at = null $$, '23514', null,
  'a run that ended has an end'
);
select throws_ok(
  $$ update public.runs set status = 'running', ended_at = null, deadline_at = null $$,
  '23514', null,
  'a running run has a deadline'
);
select throws_ok(
  $$ update public.runs set status = 'running', ended_at = null, heartbeat_at = null $$,
  '23514', null,
  'and a sign of life'
);
select throws_ok(
  $$ update public.runs set input = to_json(repeat('x', 1048576)) $$,
  '23514', null, 'an input has at most 1 MiB'
);
select throws_ok(
  $$ update public.runs set output = to_json(repeat('x', 16777216)) $$,
  '23514', null, 'an output has at most 16 MiB'
);

select tests.agent('ann', 'abandoned');
select tests.become('service');
select tests.start('ann', 'abandoned', 'silent');
select tests.operate();
select tests.silence('silent', 21);
select tests.become('ann');
select lives_ok(
  $$ select public.delete_agent('abandoned') $$, 'nor does a run that nobody can end keep one'
);
select tests.operate();
select public.reap_runs();
select is(
  (select status from public.runs where id = tests.run_id('silent')), 'lost',
  'though its agent is gone'
);

delete from app.role_permissions where permission = 'agents:read';
select tests.become('ann');
select is_empty('table public.runs', 'an owner whose role may not read sees nothing');

select tests.operate();
delete from auth.users where id = tests.id('ann');
select is_empty('table public.runs', 'a user takes her runs along');

select * from finish();
rollback;
