begin;
\ir helpers.psql
select plan(50);

create function tests.event(seq int, type text, data text) returns text
language sql as $$
  select json_build_array(json_build_object('seq', seq, 'type', type, 'at', '2026-01-01T00:00:00Z', 'data', data))::text
$$;

select tests.agent('ann', 'weather');
select tests.become('service');
select tests.start('ann', 'weather', run) from unnest(array['one', 'two', 'three', 'four']) as run;

select is(
  public.append_run_events(tests.run_id('one'), tests.event(2, 'log', '{"m":"\u0000\ud800"}')), false,
  'events are added to a running run, which may go on'
);
select is(
  (select data::text from public.run_events where run_id = tests.run_id('one') and seq = 2),
  '{"m":"\u0000\ud800"}', 'what an event says is kept byte for byte'
);
select ok(
  (select heartbeat_at > started_at from public.runs where id = tests.run_id('one')), 'adding events is a sign of life'
);
select lives_ok(
  $$ select public.append_run_events(tests.run_id('one'), tests.event(2, 'log', '"again"')) $$,
  'events may be added again after a lost answer'
);
select is(
  (select count(*)::int from public.run_events where run_id = tests.run_id('one')), 2, 'and are there once'
);
select throws_ok(
  $$ select public.append_run_events(tests.run_id('one'), tests.event(3, 'run.succeeded', '1')) $$,
  'PT400', 'invalid_request', 'an executor does not write an ending among its events'
);
select throws_ok(
  $$ select public.append_run_events(tests.run_id('one'), tests.event(1, 'log', '1')) $$,
  'PT400', 'invalid_request', 'an executor does not write the first event'
);
select throws_ok(
  $$ select public.append_run_events(tests.run_id('one'), tests.event(3, 'log', '{')) $$,
  '22P02', null, 'what an event says is JSON'
);
select is(
  public.append_run_events(tests.run_id('none'), '[]'), true,
  'a run that is gone is to stop'
);

select throws_ok(
  $$ select public.settle_run(tests.run_id('one'), tests.ending('running')) $$,
  'PT400', 'invalid_request',
  'running is no ending'
);
select throws_ok(
  $$ select public.settle_run(tests.run_id('one'), '{}') $$,
  'PT400', 'invalid_request', 'an ending has a status'
);
select throws_ok(
  $$ select public.settle_run(tests.run_id('one'), tests.ending('exploded')) $$, '23514', null,
  'an ending is one of the closed list'
);
select throws_ok(
  $$ select public.settle_run(tests.run_id('one'), tests.ending('failed'), tests.event(3, 'run.failed', '1')) $$,
  'PT400', 'invalid_request', 'the last events hold no ending either'
);
select results_eq(
  $$ select status, output::text, usage::text, ended_at is not null
     from public.settle_run(tests.run_id('one'), tests.ending('succeeded', '"\u0000"'), tests.event(3, 'log', '3')) $$,
  $$ values ('succeeded', '"\u0000"', '{"wall_ms":3}', true) $$,
  'a running run is settled'
);
select results_eq(
  $$ select seq, type from public.run_events where run_id = tests.run_id('one') order by seq $$,
  $$ values (1, 'run.started'), (2, 'log'), (3, 'log'), (4, 'run.succeeded') $$,
  'its events end with its ending'
);
select is(
  (select data::text from public.run_events where run_id = tests.run_id('one') and seq = 4),
  '{"status" : "succeeded", "output" : "\u0000", "error" : null, "usage" : {"wall_ms":3}}',
  'the last event says how the run ended'
);
select results_eq(
  $$ select status, output::text from public.settle_run(tests.run_id('one'), tests.ending('failed', '8'), tests.event(9, 'log', '9')) $$,
  $$ values ('succeeded', '"\u0000"') $$,
  'a run that has ended is answered as it is'
);
select is(
  (select count(*)::int from public.run_events where run_id = tests.run_id('one')), 4, 'and nothing is added to it'
);
select is(
  public.append_run_events(tests.run_id('one'), tests.event(5, 'log', '5')), true, 'a run that has ended is to stop'
);
select is(
  (select max(seq) from public.run_events where run_id = tests.run_id('one')), 4, 'nothing follows the ending'
);
select is_empty(
  $$ select public.settle_run(tests.run_id('none'), tests.ending('failed')) $$,
  'a run that is not there is not settled'
);

select tests.become('ann');
select results_eq(
  $$ select status, cancel_requested_at is not null from public.cancel_run(tests.run_id('two')) $$,
  $$ values ('running', true) $$, 'an owner asks her run to stop'
);
create temp table asked as select cancel_requested_at from public.runs where id = tests.run_id('two');
select results_eq(
  $$ select cancel_requested_at from public.cancel_run(tests.run_id('two')) $$, 'table asked',
  'asking again changes nothing'
);
select results_eq(
  $$ select status, cancel_requested_at is null from public.cancel_run(tests.run_id('one')) $$,
  $$ values ('succeeded', true) $$, 'cancelling a run that has ended changes nothing'
);

select tests.become('service');
select is(
  public.append_run_events(tests.run_id('two'), '[]'), true,
  'the executor hears of it with its next events'
);
select results_eq(
  $$ select status from public.settle_run(tests.run_id('two'), tests.ending('cancelled')) $$,
  array['cancelled'],
  'and settles the run as cancelled'
);

select tests.become('bob');
select is(
  tests.error_of($$ select public.cancel_run(tests.run_id('three')) $$),
  tests.error_of($$ select public.cancel_run(tests.run_id('none')) $$),
  'cancel_run cannot tell a hidden run from a missing one'
);
select throws_ok(
  $$ select public.cancel_run(tests.run_id('three')) $$,
  'PT404', 'not_found', 'a hidden run is not found'
);
select tests.become('vic');
select throws_ok(
  $$ select public.cancel_run(tests.run_id('three')) $$,
  'PT403', 'forbidden', 'a viewer cancels nothing'
);
select tests.become('anon');
select throws_ok(
  $$ select public.cancel_run(tests.run_id('three')) $$,
  '42501', null, 'an anonymous caller cancels nothing'
);

select tests.operate();
select ok(
  (select cancel_requested_at is null from public.runs where id = tests.run_id('three')), 'none of them did anything'
);
select tests.expire('three');
select tests.become('ann');
select results_eq(
  $$ select status, error ->> 'kind', error ->> 'name', usage is null
     from public.cancel_run(tests.run_id('three')) $$,
  $$ values ('lost', 'lost', 'RunLost', true) $$,
  'a cancelled run without a living executor is lost'
);
select results_eq(
  $$ select type from public.run_events where run_id = tests.run_id('three') order by seq $$,
  array['run.started', 'run.lost'], 'with its ending'
);

select throws_ok(
  $$ select public.settle_run(tests.run_id('four'), tests.ending('succeeded')) $$, '42501', null,
  'a user settles no run'
);
select throws_ok(
  $$ select public.append_run_events(tests.run_id('four'), '[]') $$,
  '42501', null, 'a user adds no events'
);
select results_eq(
  $$ select status from public.find_run(tests.run_id('four')) $$, array['running'],
  'an owner finds her run'
);
select is_empty($$ select from public.find_run(tests.run_id('none')) $$, 'but none that is missing');
select tests.operate();
select tests.silence('four', 19);
select tests.become('ann');
select results_eq(
  $$ select status from public.find_run(tests.run_id('four')) $$, array['running'],
  'a run may be silent for 19 seconds'
);
select tests.operate();
select tests.silence('four', 21);
select tests.become('bob');
select is_empty($$ select from public.find_run(tests.run_id('four')) $$, 'a stranger finds no run');
select tests.become('amy');
select is_empty($$ select from public.find_run(tests.run_id('four')) $$, 'nor does an admin');
select tests.become('service');
select is_empty(
  $$ select from public.runs where id = tests.run_id('four') and status <> 'running' $$,
  'and neither of them ended it'
);
select is(
  public.append_run_events(tests.run_id('four'), '[]'), false, 'an executor that reports again'
);
select tests.become('ann');
select results_eq(
  $$ select status from public.find_run(tests.run_id('four')) $$, array['running'],
  'has its run still'
);
select tests.operate();
select tests.silence('four', 21);
select tests.become('ann');
select results_eq(
  $$ select status, error ->> 'kind', ended_at is not null
     from public.find_run(tests.run_id('four')) $$,
  $$ values ('lost', 'lost', true) $$, 'an owner who looks at a silent run finds it lost'
);
select results_eq(
  $$ select type from public.run_events where run_id = tests.run_id('four') order by seq $$,
  array['run.started', 'run.lost'], 'with its ending, once'
);
select tests.become('service');
select is(
  public.append_run_events(tests.run_id('four'), '[]'), true, 'and whoever still executes it is to stop'
);
select tests.become('anon');
select throws_ok(
  $$ select public.find_run(tests.run_id('four')) $$, '42501', null, 'an anonymous caller finds nothing'
);
select throws_ok(
  $$ select app.notice_lost(tests.run_id('four')) $$, '42501', null, 'and ends nothing'
);
select tests.become('ann');

select throws_ok(
  $$ select app.settle(tests.run_id('four'), 'lost', null, null, null) $$, '42501', null,
  'a user does not reach what settles'
);

select tests.operate();
delete from app.role_permissions where permission = 'runs:cancel';
select tests.become('ann');
select throws_ok(
  $$ select public.cancel_run(tests.run_id('four')) $$,
  'PT403', 'forbidden', 'cancelling needs runs:cancel'
);
select * from finish();
rollback;
