begin;
\ir helpers.psql
select plan(13);

select tests.agent('ann', 'weather');
select tests.become('service');
select tests.start('ann', 'weather', run) from unnest(array['one', 'two', 'three']) as run;

select is(public.reap_runs(), 0, 'a run within its deadline is not reaped');
select tests.operate();
select tests.expire('two');
select tests.silence('one', 19);
select tests.become('service');
select is(public.reap_runs(), 1, 'a run past its deadline is reaped');
select is((select status from public.runs where id = tests.run_id('two')), 'lost', 'as lost');
select is(
  (select status from public.runs where id = tests.run_id('three')), 'running',
  'and no other run is'
);
select results_eq(
  $$ select type from public.run_events where run_id = tests.run_id('two') order by seq $$,
  array['run.started', 'run.lost'], 'with its ending, too'
);
select is(public.reap_runs(), 0, 'a reaped run is not reaped again');
select is(
  (select status from public.runs where id = tests.run_id('one')), 'running',
  'a run may be silent for 19 seconds'
);
select tests.operate();
select tests.silence('one', 21);
select tests.become('service');
select is(public.reap_runs(), 1, 'a run that is silent for longer is reaped');
select results_eq(
  $$ select status, error ->> 'kind' from public.runs where id = tests.run_id('one') $$,
  $$ values ('lost', 'lost') $$, 'as lost, too'
);
select results_eq(
  $$ select status from public.settle_run(tests.run_id('two'), tests.ending('succeeded')) $$,
  array['lost'],
  'an executor that comes late finds its run lost'
);

select tests.operate();
insert into app.idempotency_keys (owner_id, key, request_hash, run_id, created_at) values
  (tests.id('ann'), 'old', 'h', tests.run_id('one'), now() - interval '25 hours'),
  (tests.id('ann'), 'new', 'h', tests.run_id('one'), now() - interval '23 hours');
select public.reap_runs();
select results_eq(
  'select key from app.idempotency_keys', array['new'],
  'idempotency keys are forgotten after 24 hours'
);

select tests.become('ann');
select throws_ok('select public.reap_runs()', '42501', null, 'a user reaps no runs');
select tests.become('anon');
select throws_ok('select public.reap_runs()', '42501', null, 'an anonymous caller reaps no runs');

select * from finish();
rollback;
