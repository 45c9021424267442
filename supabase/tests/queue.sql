begin;
\ir helpers.psql
select plan(72);

-- enqueue_run() with everything that a test may want to say.
create function tests.enqueue(
  owner text, run text, agent text default 'weather', idempotency_key text default null,
  hash text default 'h', key text default null, program_id uuid default null, recording boolean default false
) returns public.runs
language sql security definer as $$
  select * from public.enqueue_run(tests.run_id(run), tests.id(owner), agent, null, '{"n":1}', 'request-1',
    idempotency_key, hash, program_id, case when key is not null then tests.key_id(key) end, recording)
$$;
-- What a claim by this worker gives, kept under the worker's name.
create temporary table claims (worker text, given jsonb);
grant all on claims to public;
create function tests.claim(worker text, owner text default null) returns text
language plpgsql as $$
declare
  given jsonb;
begin
  loop
    given := public.claim_queued_run(worker, 30, case when owner is not null then tests.id(owner) end);
    exit when given -> 'again' is null;
  end loop;
  insert into claims values (worker, given);
  return given ->> 'agent_name';
end $$;
create function tests.given(worker text, field text) returns text
language sql as $$ select given ->> field from claims where claims.worker = given.worker order by given ->> 'attempt' desc nulls last limit 1 $$;
create function tests.start(worker text) returns setof public.runs
language sql as $$
  select * from public.begin_queued_run(tests.given(worker, 'run_id')::uuid, tests.given(worker, 'claim')::uuid,
    'quickjs', '{wasm}', '{"wall_ms":1000}', 1000)
$$;
create function tests.state(run text) returns text
language sql security definer as $$
  select concat_ws(' ', status, attempt, error ->> 'kind') from public.runs where id = tests.run_id(run)
$$;
create function tests.types(run text) returns text
language sql security definer as $$
  select string_agg(type, ' ' order by seq) from public.run_events where run_id = tests.run_id(run)
$$;
-- Lets time pass for a run: what it waits for is over. In whichever store, as all that follows.
create function tests.ripen() returns void
language plpgsql security definer as $$
begin
  update app.queue_turns set next_at = clock_timestamp() - interval '1 s';
  if app.on_pgmq() then
    execute 'update pgmq.q_cloister_runs set vt = clock_timestamp() - interval ''1 s''';
  else
    update app.run_queue set available_at = clock_timestamp() - interval '1 s';
  end if;
end $$;
-- When a run may be taken again, or null if it is not in the queue.
create function tests.due(run text) returns timestamptz
language plpgsql security definer as $$
declare
  due timestamptz;
begin
  if app.on_pgmq() then
    execute 'select vt from pgmq.q_cloister_runs where message ->> ''run_id'' = $1' into due using tests.run_id(run)::text;
  else
    select available_at into due from app.run_queue where run_id = tests.run_id(run);
  end if;
  return due;
end $$;

select tests.agent('ann', 'weather');
select tests.agent('ann', 'other');
select tests.agent('bob', 'weather');
select tests.key('ann', 'robot');

-- Who queues.
select tests.become('ann');
select throws_ok($$ select public.enqueue_run(tests.run_id('x'), tests.id('ann'), 'weather', null, '1', 'r') $$,
  '42501', null, 'a user queues no run behind the API''s back');
select throws_ok($$ select public.claim_queued_run('edge') $$, '42501', null, 'nor takes one');
select throws_ok($$ select public.begin_queued_run(tests.run_id('x'), tests.run_id('x'), 'e', '{}', '{}', 1) $$,
  '42501', null, 'nor begins one');
select throws_ok($$ select public.release_queued_run(tests.run_id('x'), tests.run_id('x'), 1, 'r') $$,
  '42501', null, 'nor gives one back');

-- What queues.
select tests.become('service');
select results_eq(
  $$ select status, attempt, trigger, engine, layers, limits::text, started_at, input::text from tests.enqueue('ann', 'one') $$,
  $$ values ('queued', 1, 'request', null, null::text[], null, null::timestamptz, '{"n":1}') $$,
  'a queued run knows its input, and not where it will execute');
select is(tests.types('one'), 'run.queued', 'its first event says that it is queued');
select is((tests.enqueue('ann', 'key one', idempotency_key => 'k')).id, tests.run_id('key one'), 'a key stands for its run');
select is((tests.enqueue('ann', 'key two', idempotency_key => 'k')).id, tests.run_id('key one'), 'whatever comes with it');
select throws_ok($$ select tests.enqueue('ann', 'x', idempotency_key => 'k', hash => 'other') $$, 'PT422',
  'idempotency_key_reused', 'but not with another request');
select throws_ok($$ select tests.enqueue('ann', 'x', agent => 'none') $$, 'PT404', 'not_found', 'an agent that is not there is not queued');
select throws_ok($$ select tests.enqueue('bob', 'x', agent => 'other') $$, 'PT404', 'not_found', 'nor somebody else''s');
select throws_ok($$ select tests.enqueue('ann', 'x', program_id => tests.run_id('x')) $$, 'PT404', 'not_found',
  'nor one that was made anew since its program was read');
select throws_ok($$ select tests.enqueue('ann', 'x', key => 'robot', recording => true) $$, 'PT403', 'forbidden',
  'no key queues a run that records');
select tests.operate();
update app.settings set max_queued_runs = 2;
select throws_ok($$ select tests.enqueue('ann', 'x') $$, 'PT429', 'queue_full', 'a user has at most max_queued_runs queued runs');
select lives_ok($$ select tests.enqueue('bob', 'of bob') $$, 'and nobody is kept out by another''s');
update app.settings set max_queued_runs = 1000;
update app.settings set max_concurrent_runs = 0;
select lives_ok($$ select tests.enqueue('ann', 'no place') $$, 'one is queued while there is no place for it');
update app.settings set max_concurrent_runs = 10;
update app.settings set cpu_seconds_per_day = 0;
select throws_ok($$ select tests.enqueue('ann', 'x') $$, 'PT429', 'cpu_budget_spent', 'but not while its CPU time is spent');
select tests.become('service');
select is(tests.claim('poor'), null, 'nor is one taken then');
select tests.operate();
update app.settings set cpu_seconds_per_day = 3600;
select tests.ripen();
select throws_ok($$ update public.runs set engine = 'quickjs' where id = tests.run_id('one') $$, '23514', null,
  'nothing queued executes anywhere');

-- Turns.
select tests.become('service');
select tests.claim('w1');
select tests.claim('w2');
select tests.claim('w3');
select results_eq(
  $$ select given ->> 'owner_id' from claims where worker in ('w1', 'w2', 'w3') order by worker $$,
  $$ select tests.id(name)::text from unnest(array['ann', 'bob', 'ann']) as name $$,
  'users take turns, however many runs one of them has');
select is(tests.given('w1', 'run_id'), tests.run_id('one')::text, 'and the runs of a user come in their order');
select results_eq(
  $$ select given ->> 'input', given ->> 'attempt', given ->> 'last_seq', given ->> 'language', given ->> 'source'
     from claims where worker = 'w1' $$,
  $$ values ('{"n":1}', '1', '1', 'javascript', 'export default () => 1') $$, 'who takes a run is told what to execute');
select is(tests.claim('w4', 'bob'), null, 'what is taken is not taken twice');
select tests.operate();
create or replace function app.runner_is_pulling() returns boolean language sql as 'select true';
select tests.become('service');
select is(tests.claim('edge:1'), null, 'an edge worker takes nothing while runners pull');
select is(tests.claim('runner:1'), 'weather', 'and a runner does');
select tests.operate();
create or replace function app.runner_is_pulling() returns boolean language sql as 'select false';

-- Beginning.
select tests.become('service');
select throws_ok($$ select public.begin_queued_run(tests.run_id('one'), gen_random_uuid(), 'e', '{}', '{}', 1000) $$, 'PT409',
  'claim_lost', 'a run begins for whoever has it, and nobody else');
select results_eq(
  $$ select status, engine, layers, deadline_at > now(), policy_hash is not null from tests.start('w1') $$,
  $$ values ('running', 'quickjs', '{wasm}'::text[], true, true) $$, 'it runs from then on');
select is(tests.types('one'), 'run.queued run.started', 'and says so');
select is((select status from tests.start('w1')), 'running', 'an answer that was lost is given again');
select is(tests.types('one'), 'run.queued run.started', 'and nothing is written twice');
select tests.operate();
select is(tests.due('one'), null, 'it has left the queue');

-- Places.
update app.settings set max_concurrent_runs = 1;
select tests.enqueue('bob', 'second of bob');
select tests.become('service');
select is(tests.claim('w5', 'bob'), null, 'who has as many runs claimed as may run is passed over');
select is((select status from tests.start('w2')), 'running', 'what was claimed may begin');
select tests.operate(); select tests.ripen(); select tests.become('service');
select is(tests.claim('w5', 'bob'), null, 'who has as many runs under way as may be is passed over');
select is((select status from public.settle_run(tests.run_id('of bob'), '{"status":"succeeded"}')), 'succeeded', 'until one of them has ended');
select is(tests.claim('w5', 'bob'), 'weather', 'and then served at once');
select tests.operate();
update app.settings set max_concurrent_runs = 0;
select tests.become('service');
select is((select status from tests.start('w5')), 'queued', 'a run that finds no place as it begins stays queued');
select throws_ok($$ select tests.start('w5') $$, 'PT409', 'claim_lost', 'and is nobody''s');
select is(tests.state('second of bob'), 'queued 1', 'that was no attempt');
select tests.operate();
update app.settings set max_concurrent_runs = 10;
select tests.ripen();

-- Giving back.
select tests.become('service');
select is(tests.claim('w6', 'bob'), 'weather', 'it is taken again');
select lives_ok($$ select public.release_queued_run(tests.run_id('second of bob'), tests.given('w6', 'claim')::uuid, 60000, 'busy') $$,
  'and given back');
select is(tests.claim('w7', 'bob'), null, 'for as long as was said');
select throws_ok($$ select public.release_queued_run(tests.run_id('second of bob'), tests.given('w6', 'claim')::uuid, 0, 'x') $$,
  'PT409', 'claim_lost', 'once');

-- A worker that is gone before it began.
select tests.operate(); select tests.ripen(); select tests.become('service');
select tests.claim('gone', 'bob');
select tests.operate(); select tests.ripen(); select tests.become('service');
select is(tests.claim('next', 'bob'), 'weather', 'what nobody began in time is seen again');
select is(tests.state('second of bob'), 'queued 2', 'as the next attempt');
select throws_ok($$ select tests.start('gone') $$, 'PT409', 'claim_lost', 'who comes too late begins nothing');
select is((select status from tests.start('next')), 'running', 'and who has it now does');

-- A stale attempt.
select is(public.append_run_events(tests.run_id('second of bob'), '[{"seq":9,"type":"log","data":"1"}]', 1), true,
  'an attempt that is over is told to stop');
select is((select status from public.settle_run(tests.run_id('second of bob'), '{"status":"succeeded"}', '[{"seq":9,"type":"log","data":"1"}]', 1)),
  'running', 'and ends nothing');
select is(tests.types('second of bob'), 'run.queued run.queued run.started', 'and writes nothing');
select throws_ok($$ select public.find_tool_run(tests.run_id('second of bob'), 1) $$, 'PT409', 'run_ended', 'and calls no tool');
select throws_ok($$ select public.begin_tool_call(tests.run_id('second of bob'), tests.run_id('call'), 'fetch', 'x', 'null',
  repeat('0', 64), '[]', attempt => 1) $$, 'PT409', 'run_ended', 'nor begins a call');
select is(public.append_run_events(tests.run_id('second of bob'), '[]', 2), false, 'the attempt that counts goes on');
select lives_ok($$ select public.begin_tool_call(tests.run_id('second of bob'), tests.run_id('call'), 'fetch', 'x', 'null',
  repeat('0', 64), '[]', attempt => 2) $$, 'and calls tools');

-- An executor that died.
select tests.operate();
update public.runs set heartbeat_at = now() - interval '21 s', started_at = now() - interval '30 s', limits = '{"cpu_ms":700}'
where id = tests.run_id('second of bob');
select app.reap(tests.id('bob'));
select is(app.cpu_ms_today(tests.id('bob')), 700::bigint, 'an attempt whose cost nobody told costs what it was allowed');
select is(tests.state('second of bob'), 'queued 3', 'a run whose executor died is queued again');
select is((select data ->> 'reason' from public.run_events where run_id = tests.run_id('second of bob') order by seq desc limit 1),
  'silent', 'with the reason');
select is((select outcome from public.tool_calls where id = tests.run_id('call')), 'abandoned', 'its calls are over');
select ok(tests.due('second of bob') between clock_timestamp() + interval '2 s' and clock_timestamp() + interval '11 s',
  'after a pause that grows');
select ok((select bool_and(app.backoff(n) <= interval '5 minutes') from generate_series(1, 100) as n), 'to five minutes at most');

-- What is not tried again.
select tests.become('service');
select is((select status from public.settle_run(tests.run_id('one'), '{"status":"failed"}')), 'failed', 'what a program does wrong ends its run');
select tests.operate();
select tests.ripen();
select tests.become('service');
select tests.claim('w8', 'bob');
select tests.start('w8');
select tests.operate();
update public.runs set started_at = clock_timestamp() - interval '3 s', limits = '{"cpu_ms":60000}' where id = tests.run_id('second of bob');
select tests.become('bob');
select public.cancel_run(tests.run_id('second of bob'));
select tests.become('service');
select is((select status from public.settle_run(tests.run_id('second of bob'), '{"status":"lost"}', '[]', 3)), 'lost',
  'a run that was to stop is not tried again');
select tests.operate();
select ok(app.cpu_ms_today(tests.id('bob')) between 3700 and 13700, 'an attempt that is lost costs no more than the time it was under way');

-- Cancelling what is queued.
select tests.operate();
select is((app.settle(tests.run_id('one'), 'succeeded', null, null, null)).status, 'failed', 'what has ended ends no other way');
select tests.enqueue('bob', 'third of bob');
select tests.become('ann');
select throws_ok($$ select public.cancel_run(tests.run_id('third of bob')) $$, 'PT404', 'not_found', 'nobody cancels another''s run');
select tests.become('bob');
select throws_ok($$ select public.delete_agent('weather') $$, 'PT409', 'agent_busy', 'an agent with queued runs is not deleted');
select is((select status from public.cancel_run(tests.run_id('third of bob'))), 'cancelled', 'a queued run is cancelled at once');
select is(tests.types('third of bob'), 'run.queued run.cancelled', 'with its ending');

-- What may not begin any more.
select tests.operate();
select tests.enqueue('ann', 'by key', key => 'robot');
update public.api_keys set revoked_at = now() where name = 'robot';
select tests.enqueue('ann', 'archived', agent => 'other');
update public.agents set state = 'archived' where name = 'other';
update public.runs set status = 'cancelled', ended_at = now()
where owner_id = tests.id('ann') and status = 'queued' and id not in (tests.run_id('by key'), tests.run_id('archived'));
select tests.become('service');
select is(tests.claim('w9', 'ann'), null, 'nothing is taken that may not run any more');
select is(array[tests.state('by key'), tests.state('archived')], array['cancelled 1 cancelled', 'cancelled 1 cancelled'],
  'a revoked key and an archived agent end what was queued, and it says why');
select tests.operate();
select tests.enqueue('bob', 'quarantined');
select tests.become('service');
select tests.claim('w10', 'bob');
select tests.quarantine('user', tests.id('bob'));
select is((select status from tests.start('w10')), 'cancelled', 'a quarantine ends what is taken and has not begun');

-- One look at the queue.
select tests.operate();
select tests.release('user', tests.id('bob'));
select tests.enqueue('bob', 'one of many ' || n) from generate_series(1, 21) as n;
update public.agents set state = 'archived' where owner_id = tests.id('bob');
select tests.become('service');
select is(public.claim_queued_run('w11', 30, tests.id('bob')), '{"again": true}', 'a look that ends before the queue does says so');

select * from finish();
rollback;
