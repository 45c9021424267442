begin;
\ir helpers.psql
select plan(22);

-- A run of ann's that infrastructure loses so often as it may be.
create function tests.die(run text, key text default null) returns void
language plpgsql security definer as $$
declare
  claim jsonb;
begin
  perform public.enqueue_run(tests.run_id(run), tests.id('ann'), 'weather', null, '7', 'request-1',
    key_id => case when key is not null then tests.key_id(key) end);
  for attempt in 1..app.max_attempts() loop
    update app.queue_turns set next_at = clock_timestamp();
    if app.on_pgmq() then
      execute 'update pgmq.q_cloister_runs set vt = clock_timestamp()';
    else
      update app.run_queue set available_at = clock_timestamp();
    end if;
    claim := public.claim_queued_run('edge:1', 30, tests.id('ann'));
    perform public.begin_queued_run((claim ->> 'run_id')::uuid, (claim ->> 'claim')::uuid, 'quickjs', '{}', '{}', 1000);
    perform public.settle_run((claim ->> 'run_id')::uuid, '{"status":"lost","error":"{\"kind\":\"lost\"}"}', '[]',
      (claim ->> 'attempt')::int);
  end loop;
end $$;
create function tests.state(run_id uuid) returns text
language sql security definer as $$ select concat_ws(' ', status, attempt) from public.runs where id = state.run_id $$;

select tests.agent('ann', 'weather');
select tests.key('ann', 'robot');
select tests.die('dead');
select tests.die('by key', 'robot');

select is(tests.state(tests.run_id('dead')), 'lost 5', 'a run that is lost five times is lost');
select is((select count(*) from public.run_events where run_id = tests.run_id('dead') and type = 'run.queued'), 5::bigint,
  'having been queued five times');
select is((select count(*) from public.run_events where run_id = tests.run_id('dead') and type = 'run.lost'), 1::bigint, 'and ended once');

-- Who sees them.
select tests.become('ann');
select throws_ok($$ select * from public.list_dead_letters() $$, 'PT403', 'forbidden', 'dead letters are for administrators');
select throws_ok($$ select public.replay_dead_letter(tests.run_id('dead')) $$, 'PT403', 'forbidden', 'to replay, too');
select throws_ok($$ select public.queue_overview() $$, 'PT403', 'forbidden', 'and the state of the queue');
select tests.become('anon');
select throws_ok($$ select * from public.list_dead_letters() $$, '42501', null, 'and not for anybody');
select tests.become('amy');
select results_eq(
  $$ select run_id, agent_name, attempts, reason, replayed_at from public.list_dead_letters() order by run_id = tests.run_id('dead') $$,
  $$ select run, 'weather', 5, 'broken', null::timestamptz from unnest(array[tests.run_id('by key'), tests.run_id('dead')]) as run $$,
  'an administrator sees what died and why');
select is((select count(*) from public.list_dead_letters(max => 1)), 1::bigint, 'as many as were asked for');
select is((select count(*) from public.list_dead_letters(before => greatest(tests.run_id('dead'), tests.run_id('by key')))), 1::bigint,
  'and from where they stopped');
select is(public.queue_overview() ->> 'dead_letters', '2', 'they are counted');

-- Replaying.
create temporary table replayed as select public.replay_dead_letter(tests.run_id('dead')) as id;
grant select on replayed to public;
select is((select tests.state(id) from replayed), 'queued 1', 'a dead letter is queued anew');
select tests.become('ann');
select results_eq(
  $$ select owner_id, agent_name, version, input::text, trigger from public.runs where id = (select id from replayed) $$,
  $$ select tests.id('ann'), 'weather', 1, '7', 'request' $$, 'as its owner''s, with its input');
select is((select status from public.runs where id = tests.run_id('dead')), 'lost', 'and is lost itself');
select tests.become('amy');
select throws_ok($$ select public.replay_dead_letter(tests.run_id('dead')) $$, 'PT409', 'already_replayed', 'once');
select throws_ok($$ select public.replay_dead_letter(tests.run_id('none')) $$, 'PT404', 'not_found', 'and no other run');
select throws_ok($$ select public.replay_dead_letter((select id from replayed)) $$, 'PT404', 'not_found', 'that is none');
select is(public.queue_overview() ->> 'depth', '1', 'what was replayed waits');
select is(public.queue_overview() #>> '{users,0,user_id}', tests.id('ann')::text, 'for its user');
select tests.operate();
select is(
  (select entry from (select (e.entry).details ->> 'run_id' as entry, (e.entry).action as action from app.audit_pending as e) as e
    where action = 'run.replayed'),
  (select id::text from replayed), 'the audit log knows it');
update public.api_keys set revoked_at = now() where name = 'robot';
select tests.become('amy');
select throws_ok($$ select public.replay_dead_letter(tests.run_id('by key')) $$, 'PT403', 'forbidden',
  'nobody''s run is replayed by a key that was revoked');
select is((select replayed_at from public.list_dead_letters() where run_id = tests.run_id('by key')), null, 'and it stays what it is');

select * from finish();
rollback;
