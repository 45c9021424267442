begin;
\ir helpers.psql
select plan(66);

-- What a runner was given, under a name, and what it then says of it.
create temporary table given (name text, runner uuid, claim jsonb);
grant all on given to public;
create function tests.runner(name text) returns uuid
language sql stable security definer as $$ select id from public.runners where runners.name = runner.name $$;
create function tests.enlist(name text) returns setof public.runners
language sql as $$ select * from public.create_runner(name, tests.public_id(name), tests.secret_hash(name)) $$;
create function tests.enqueue(run text) returns setof public.runs
language sql as $$ select * from public.enqueue_run(tests.run_id(run), tests.id('ann'), 'weather', null, '{"n":1}', 'r') $$;
create function tests.take(name text, runner text) returns text
language plpgsql as $$
declare
  got jsonb := public.runner_claim_run(tests.runner(take.runner));
begin
  insert into given values (take.name, tests.runner(take.runner), got);
  return got ->> 'attempt';
end $$;
create function tests.run_of(name text) returns uuid
language sql as $$ select (claim ->> 'run_id')::uuid from given where given.name = run_of.name $$;
create function tests.claim_of(name text) returns uuid
language sql as $$ select (claim ->> 'claim')::uuid from given where given.name = claim_of.name $$;
create function tests.begins(name text, runner text) returns json
language sql as $$
  select public.runner_begin_run(tests.runner(runner), tests.run_of(name), tests.claim_of(name), 'process', '{realm}',
    '{"wall_ms":1000}', 1000)
$$;
create function tests.reports(name text, runner text, events text default '[]') returns boolean
language sql as $$ select public.runner_append_events(tests.runner(runner), tests.run_of(name), tests.claim_of(name), events) $$;
create function tests.settles(name text, runner text, status text default 'succeeded') returns json
language sql as $$
  select public.runner_settle_run(tests.runner(runner), tests.run_of(name), tests.claim_of(name), tests.ending(status, '1'))
$$;
create function tests.releases(name text, runner text) returns void
language sql as $$
  select public.runner_release_run(tests.runner(runner), tests.run_of(name), tests.claim_of(name), 0, 'runner_full')
$$;
-- The code of each thing that a runner can say of what was given under a name.
create function tests.answers(name text, runner text) returns text[]
language sql as $$
  select array_agg(split_part(tests.error_of(format('select tests.%s(%L, %L)', what, name, runner)), '|', 2) order by what)
  from unnest(array['begins', 'reports', 'settles', 'releases']) as what
$$;
create function tests.state(run text) returns text
language sql security definer as $$
  select concat_ws(' ', status, attempt) from public.runs where id = tests.run_id(run)
$$;
create function tests.types(run text) returns text
language sql security definer as $$
  select string_agg(type, ' ' order by seq) from public.run_events where run_id = tests.run_id(run)
$$;
create function tests.ripen() returns void
language sql security definer as $$
  update app.run_queue set available_at = clock_timestamp() - interval '1 s';
  update app.queue_turns set next_at = clock_timestamp() - interval '1 s';
$$;

select tests.agent('ann', 'weather');
select tests.key('amy', 'chief', array['admin']);

-- Who makes runners, and who sees them.
select tests.become('ann');
select throws_ok($$ select tests.enlist('x') $$, 'PT403', 'forbidden', 'only an administrator makes a runner');
select throws_ok($$ select public.revoke_runner(tests.id('x')) $$, 'PT403', 'forbidden', 'or revokes one');
select tests.become('anon');
select throws_ok($$ select tests.enlist('x') $$, '42501', null, 'an anonymous caller is refused outright');
select throws_ok($$ select public.revoke_runner(tests.id('x')) $$, '42501', null, 'whatever it asks');
select tests.become_key('amy', 'chief');
select throws_ok($$ select tests.enlist('x') $$, 'PT403', 'forbidden', 'no API key makes a runner');
select tests.become('amy');
select results_eq(
  $$ select name, public_id, created_by, last_seen_at, revoked_at from tests.enlist('pi') $$,
  $$ values ('pi', tests.public_id('pi'), tests.id('amy'), null::timestamptz, null::timestamptz) $$,
  'an administrator makes a runner'
);
select results_eq(
  $$ select split_part(tests.error_of(format('select public.create_runner(%s)', wrong)), '|', 2) from unnest(array[
    'null, tests.public_id(''x''), tests.secret_hash(''x'')', ''''', tests.public_id(''x''), tests.secret_hash(''x'')',
    'repeat(''x'', 101), tests.public_id(''x''), tests.secret_hash(''x'')', 'E''a\nb'', tests.public_id(''x''), tests.secret_hash(''x'')',
    '''x'', ''short'', tests.secret_hash(''x'')', '''x'', tests.public_id(''x''), ''x''', '''x'', tests.public_id(''x''), null']) as wrong $$,
  $$ select 'invalid_request' from generate_series(1, 7) $$,
  'it has a name, a public id and a hash'
);
select lives_ok($$ select tests.enlist('rho') $$, 'there may be another');
select is((select count(*) from public.runners), 2::bigint, 'administrators see them');
select throws_ok('delete from public.runners', '42501', null, 'and delete none');
select throws_ok('table app.runner_secrets', '42501', null, 'nor see their secrets');
select tests.become('ann');
select is_empty('table public.runners', 'nobody else sees any');
select tests.become('service');
select throws_ok('table public.runners', '42501', null, 'not even the service reads them');
set constraints all immediate;
select results_eq(
  $$ select action, resource_id, details from tests.entries(2) where details ->> 'name' = 'pi' $$,
  $$ values ('runner.created', tests.runner('pi')::text,
    jsonb_build_object('name', 'pi', 'public_id', tests.public_id('pi'))) $$,
  'that it was made is in the audit log, its secret is not'
);

-- Who a key is.
select is(public.authenticate_runner(tests.public_id('pi'), tests.secret_hash('pi')), tests.runner('pi'), 'a key names its runner');
select throws_ok($$ select public.authenticate_runner(tests.public_id('pi'), tests.secret_hash('rho')) $$, 'PT401', 'key_invalid',
  'another''s secret does not');
select throws_ok($$ select public.authenticate_runner(tests.public_id('x'), tests.secret_hash('pi')) $$, 'PT401', 'key_invalid',
  'nor another''s id');
select throws_ok($$ select public.authenticate_runner(null, null) $$, 'PT401', 'key_invalid', 'nor nothing');
select throws_ok($$ select public.runner_claim_run(tests.id('nobody')) $$, 'PT401', 'key_invalid', 'who is no runner takes nothing');
select throws_ok($$ select public.runner_claim_run(null) $$, 'PT401', 'key_invalid', 'nor does nobody');
select tests.become('ann');
select results_eq(
  $$ select split_part(tests.error_of(call), '|', 1) from unnest(array[
    'select public.authenticate_runner(''x'', ''x'')', 'select public.runner_claim_run(tests.id(''x''))',
    'select tests.begins(''x'', ''pi'')', 'select tests.reports(''x'', ''pi'')',
    'select tests.settles(''x'', ''pi'')', 'select tests.releases(''x'', ''pi'')']) as call $$,
  $$ select '42501' from generate_series(1, 6) $$,
  'no user speaks as a runner'
);

-- A runner is seen, and isolates leave the queue to it.
select tests.operate();
select is(app.runner_is_pulling(), false, 'nobody has asked yet');
select tests.become('service');
select is(public.runner_claim_run(tests.runner('pi')), null, 'there is nothing to take');
select tests.operate();
select is(app.runner_is_pulling(), true, 'but who asked was seen');
select tests.become('service');
select tests.enqueue('one');
select is(public.claim_queued_run('edge:x'), null, 'so that no isolate takes what is there');
select tests.operate();
update public.runners set last_seen_at = clock_timestamp() - interval '16 seconds';
select is(app.runner_is_pulling(), false, 'for 15 seconds');

-- A run and its runner.
select tests.become('service');
select is(tests.take('one', 'pi'), '1', 'a runner takes a run');
select tests.operate();
select ok((select last_seen_at > clock_timestamp() - interval '5 seconds' from public.runners where name = 'pi'), 'and is seen again');
select tests.become('service');
select is(public.runner_claim_run(tests.runner('rho')), null, 'nobody else gets it');
select is(tests.answers('one', 'rho'), array_fill('not_found'::text, '{4}'), 'and to another it is not there');
select tests.enqueue('two');
select is(tests.take('two', 'rho'), '1', 'which has its own');
insert into given select 'mixed', runner, jsonb_build_object('run_id', tests.run_of('one'), 'claim', tests.claim_of('two'))
from given where name = 'one';
select is(tests.answers('mixed', 'pi'), array_fill('not_found'::text, '{4}'), 'one claim is none on another run');
insert into given select 'turned', runner, jsonb_build_object('run_id', tests.run_of('two'), 'claim', tests.claim_of('one'))
from given where name = 'one';
select is(tests.answers('turned', 'pi'), array_fill('not_found'::text, '{4}'), 'not even one''s own');
select lives_ok($$ select tests.releases('two', 'rho') $$, 'what has not begun is given back');
select is(tests.state('two'), 'queued 1', 'and was no attempt');
select is(tests.answers('two', 'rho'), array_fill('not_found'::text, '{4}'), 'it is nobody''s then');
select is(
  (select array[b ->> 'status', b ->> 'agent', b ->> 'input', b ->> 'last_seq', b ->> 'language', b ->> 'source']
    from tests.begins('one', 'pi') as b),
  array['running', 'weather', '{"n":1}', '2', 'javascript', 'export default () => 1'],
  'what began is told with what is in it'
);
select is(tests.begins('one', 'pi') ->> 'last_seq', '2', 'and the same when it is asked again');
select is(tests.reports('one', 'pi', '[{"seq":3,"type":"log","data":"{}"}]'), false, 'it is reported on');
select throws_ok($$ select tests.reports('one', 'pi', '[{"seq":4,"type":"run.succeeded","data":"{}"}]') $$, 'PT400', 'invalid_request',
  'but not ended so');
select throws_ok($$ select tests.settles('one', 'pi', 'queued') $$, 'PT400', 'invalid_request', 'an ending is final');
select is(tests.settles('one', 'pi') ->> 'status', 'succeeded', 'and it ends');
select is(tests.types('one'), 'run.queued run.started log run.succeeded', 'as it should');
select is(tests.answers('one', 'pi'), array_fill('not_found'::text, '{4}'), 'then it is its runner''s no more');

-- What began and is given back, and what is missed, is another attempt.
select tests.ripen();
select tests.take('two again', 'pi');
select tests.begins('two again', 'pi');
select tests.releases('two again', 'pi');
select is(tests.state('two'), 'queued 2', 'what began is lost, and so tried again');
select tests.ripen();
select is(tests.take('stale', 'pi'), '2', 'by whoever comes');
select tests.begins('stale', 'pi');
select tests.operate();
select tests.silence('two', 21);
select tests.become('service');
select public.reap_runs();
select tests.ripen();
select is(tests.take('fresh', 'rho'), '3', 'what is silent is another''s');
select tests.begins('fresh', 'rho');
select is(tests.answers('stale', 'pi'), array_fill('not_found'::text, '{4}'), 'and who was silent is not heard any more');
select is(tests.state('two'), 'running 3', 'whatever they say');

-- Revoking.
select tests.enqueue('three');
select is(tests.take('three', 'rho'), '1', 'a runner has one run that goes on and one that does not yet');
select tests.enqueue('four');
select is(tests.take('four', 'pi'), '1', 'as has another');
select tests.become_key('amy', 'chief');
select throws_ok($$ select public.revoke_runner(tests.id('nobody')) $$, 'PT404', 'not_found', 'what is not there is not revoked');
select isnt((select revoked_at from public.revoke_runner(tests.runner('rho'))), null, 'an administrator revokes it');
select is(array[tests.state('two'), tests.state('three')], array['queued 4', 'queued 1'], 'and both are back in the queue');
select tests.become('service');
select is(tests.answers('fresh', 'rho') || tests.answers('three', 'rho'), array_fill('key_revoked'::text, '{8}'), 'it says nothing any more');
select throws_ok($$ select public.runner_claim_run(tests.runner('rho')) $$, 'PT401', 'key_revoked', 'and takes nothing');
select throws_ok($$ select public.authenticate_runner(tests.public_id('rho'), tests.secret_hash('rho')) $$, 'PT401', 'key_revoked',
  'its key is known to be revoked');
select is(tests.begins('four', 'pi') ->> 'status', 'running', 'others keep what they have');
select is(tests.settles('four', 'pi') ->> 'status', 'succeeded', 'and end it');
select is(tests.take('three again', 'pi'), '1', 'they are given what is there now');
select is(tests.settles('three again', 'pi') ->> 'status', 'queued', 'which does not end before it began');
select tests.begins('three again', 'pi'), tests.settles('three again', 'pi');
select tests.ripen();
select tests.take('two at last', 'pi');
select tests.begins('two at last', 'pi');
select is(tests.reports('two at last', 'pi', '[{"seq":9,"type":"log","data":"{}"}]'), false, 'a later attempt is reported on');
select is(tests.settles('two at last', 'pi') ->> 'status', 'succeeded', 'and ends');
select tests.operate();
update public.runners set last_seen_at = case name when 'rho' then clock_timestamp() end;
select is(app.runner_is_pulling(), false, 'who is revoked does not pull, whenever it was seen');

-- What may not begin any more.
select tests.become('service');
select tests.enqueue('five');
select tests.take('five', 'pi');
select tests.quarantine('agent', tests.agent_id('ann', 'weather'));
select is(tests.begins('five', 'pi')::text, '{"status" : "cancelled"}', 'what may not begin is not told');
set constraints all immediate;
select results_eq(
  $$ select action, details from tests.entries(20) where resource_id = tests.runner('rho')::text and action <> 'runner.created' $$,
  $$ values ('runner.revoked', '{"name": "rho"}'::jsonb) $$,
  'that it was revoked is in the audit log'
);

select * from finish();
rollback;
