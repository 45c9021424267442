begin;
\ir helpers.psql
select plan(70);
create function tests.webhook_id(url text) returns uuid
language sql stable security definer as $$
  select id from public.webhooks where webhooks.url = 'https://' || webhook_id.url order by id desc limit 1
$$;
-- A webhook of whoever one is, as the functions make one.
create function tests.webhook(url text, statuses text[] default '{succeeded,failed}', agent text default 'weather')
returns setof public.webhooks
language sql as $$
  select made.* from (select public.draft_webhook(agent) as said offset 0) as draft,
    public.create_webhook(agent, (said ->> 'id')::uuid, 'https://' || url, statuses, gen_random_uuid(), 'k1', 'locked') as made
$$;
create function tests.told(run text default null) returns text
language sql security definer as $$
  select string_agg(concat_ws(' ', w.url, d.run_status, d.attempt, case when d.sending then 'sending'
    when d.delivered_at is not null then 'delivered' when d.gave_up_at is not null then 'gave_up' else 'waiting' end), ','
    order by d.created_at, w.url)
  from public.webhook_deliveries as d join public.webhooks as w on w.id = d.webhook_id
  where told.run is null or d.run_id = tests.run_id(told.run)
$$;
create function tests.due() returns void
language sql security definer as $$
  update public.webhook_deliveries set next_at = now() - interval '1 second'
$$;
create function tests.claim(max int default 100) returns text
language sql as $$
  select string_agg(concat_ws(' ', url, attempt), ',' order by url)
  from public.claim_webhook_deliveries(claim.max, 60)
$$;
create function tests.delivery(url text, run text) returns uuid
language sql stable security definer as $$
  select id from public.webhook_deliveries where webhook_id = tests.webhook_id(url) and run_id = tests.run_id(run)
$$;
create function tests.settle(url text, run text, attempt int, delivered boolean, status int default 500, final boolean default false)
returns text
language sql as $$
  select public.settle_webhook_delivery(tests.delivery(url, run), settle.attempt, settle.delivered, settle.final,
    settle.status, null, repeat('é', 2000), 12)
$$;
create function tests.end_run(run text, status text default 'succeeded', agent text default 'weather') returns void
language sql as $$
  select tests.start('ann', end_run.agent, end_run.run);
  select public.settle_run(tests.run_id(end_run.run), tests.ending(end_run.status, '{"n":1}'));
$$;
create function tests.trail(how_many int) returns text
language sql security definer as $$
  select string_agg(action, ' ' order by seq) from tests.entries(how_many)
$$;
create function tests.pause(tries int) returns boolean
language sql security definer as $$
  select app.webhook_pause(tries) between interval '4 seconds' and interval '18 hours'
$$;
create function tests.state(url text) returns text
language sql security definer as $$
  select concat_ws(' ', enabled, failing_since is not null, disabled_reason) from public.webhooks where id = tests.webhook_id(state.url)
$$;
create function tests.response(url text, run text) returns int
language sql security definer as $$
  select length(response) from public.webhook_deliveries where id = tests.delivery(response.url, response.run)
$$;
create temporary table ids (url text, id uuid) on commit drop;
grant all on ids to public;
create function tests.signings(url text) returns bigint
language sql security definer as $$
  select count(*) from app.signing_secrets where subject = 'webhook.' || (select id from pg_temp.ids where ids.url = signings.url)
$$;
set constraints all immediate;

-- Making one.
select tests.agent('ann', 'weather');
select tests.agent('ann', 'news');
select tests.agent('bob', 'weather');
select tests.become('ann');
select results_eq(
  $$ select owner_id, agent_id, url, statuses, enabled, secret_version, key_id from tests.webhook('a.example.com/?k=password1') $$,
  $$ values (tests.id('ann'), tests.agent_id('ann', 'weather'), 'https://a.example.com/?k=password1',
    '{succeeded,failed}'::text[], true, 1, null::uuid) $$,
  'a user has an address told of their agent''s runs'
);
select is((select count(*) from public.webhooks), 1::bigint, 'and sees it');
select is(tests.trail(1), 'webhook.created', 'which is in the audit log');
select is((select details ->> 'host' from tests.entries()), 'a.example.com', 'with the host');
select is((select details::text like '%password1%' from tests.entries()), false, 'and nothing else of the address');
select throws_ok($$ select tests.webhook('x', agent => 'none') $$, 'PT404', 'not_found', 'not of an agent that is not there');
select throws_ok($$ select tests.webhook('x', '{running}') $$, 'PT400', 'invalid_request', 'nor of what is no ending');
select throws_ok($$ select tests.webhook('x', '{}') $$, 'PT400', 'invalid_request', 'nor of nothing');
select throws_ok($$ select tests.webhook('x y') $$, 'PT400', 'invalid_request', 'the address is one');
select tests.become('bob');
select throws_ok(
  $$ select public.change_webhook('weather', tests.webhook_id('a.example.com/?k=password1'), enabled => false) $$,
  'PT404', 'not_found', 'a stranger''s agent has not this one'
);
select is((select count(*) from public.webhooks), 0::bigint, 'and they see none');
select tests.become('vic');
select throws_ok($$ select tests.webhook('x') $$, 'PT403', 'forbidden', 'a viewer makes none');
select tests.operate();
update app.settings set max_webhooks = 1;
select tests.key('ann', 'blind', array['agents:write', 'agents:execute']);
select tests.key('ann', 'both', array['agents:read', 'agents:write', 'agents:execute']);
select tests.key('ann', 'second', array['agents:read', 'agents:write', 'agents:execute']);
select tests.become('ann');
select throws_ok($$ select tests.webhook('x') $$, 'PT409', 'too_many_webhooks', 'an agent has as many as it may');
select tests.operate();
update app.settings set max_webhooks = 20;
select tests.request('{"user-agent":"direct"}');
select tests.become('ann');
select throws_ok($$ select tests.webhook('x') $$, 'PT403', 'forbidden', 'nobody makes one around the functions');
select set_config('request.headers', '', true);
select tests.become_key('ann', 'blind');
select throws_ok($$ select tests.webhook('x') $$, 'PT403', 'forbidden', 'who may not read what runs give has nobody told');
select is((select count(*) from public.webhooks), 0::bigint, 'and sees no webhook');
select tests.operate();
select tests.key('ann', 'news', agent => 'news');
select tests.become_key('ann', 'news');
select is((select count(*) from public.webhooks), 0::bigint, 'nor does a key of another agent');
select tests.become_key('ann', 'both');
select is((select key_id from tests.webhook('k.example.com')), tests.key_id('both'), 'one made by a key says so');
select is(
  (select key_id from public.change_webhook('weather', tests.webhook_id('a.example.com/?k=password1'), 'https://e.example.com')),
  tests.key_id('both'), 'what a key leads elsewhere ends with the key, too'
);
select tests.become('ann');
select is(
  (select key_id from public.rotate_webhook('weather', tests.webhook_id('e.example.com'), 2, gen_random_uuid(), 'k1', 'next')),
  null, 'and is taken back by who gives it a secret'
);
select tests.become('ann');
select public.change_webhook('weather', tests.webhook_id('e.example.com'), 'https://a.example.com');
select is(tests.trail(1), 'webhook.changed', 'who leads one elsewhere is in the audit log');

-- What is told.
select tests.become('service');
select tests.end_run('one');
select is(tests.told('one'), 'https://a.example.com succeeded 0 waiting,https://k.example.com succeeded 0 waiting', 'that a run ended is to be told');
select tests.end_run('other', 'timed_out');
select is(tests.told('other'), null, 'but not an ending that nobody asked for');
select tests.end_run('news', agent => 'news');
select is(tests.told('news'), null, 'nor one of another agent');
select tests.operate();
savepoint undone;
select tests.start('ann', 'weather', 'undone');
select public.settle_run(tests.run_id('undone'), tests.ending('failed'));
select is(tests.told('undone'), 'https://a.example.com failed 0 waiting,https://k.example.com failed 0 waiting', 'an ending and its telling');
rollback to undone;
select is(tests.told('undone'), null, 'are there, or neither is');
select tests.become('ann');
select public.revoke_key(tests.key_id('both'));
select tests.become('service');
select is(tests.claim(), 'https://a.example.com 1', 'what a revoked key made is told nothing any more');
select tests.become_key('ann', 'second');
select throws_ok(
  $$ select public.change_webhook('weather', tests.webhook_id('k.example.com'), statuses => '{failed}') $$,
  'PT409', 'made_by_other_key', 'another key does not bring it back by a change'
);
select throws_ok(
  $$ select public.rotate_webhook('weather', tests.webhook_id('k.example.com'), 2, gen_random_uuid(), 'k1', 'next') $$,
  'PT409', 'made_by_other_key', 'nor by a secret'
);
select tests.become('service');
select is(tests.claim(), null, 'what one sender has, no other gets');
select tests.end_run('two');
select is(tests.told('two'), 'https://a.example.com succeeded 0 waiting', 'nor is it to be told of what comes');
select is(
  (select (payload::jsonb - 'timestamp') #- '{data,run,id}' #- '{data,run,created_at}' #- '{data,run,started_at}' #- '{data,run,ended_at}'
    from public.claim_webhook_deliveries(1, 60)),
  '{"type":"run.succeeded","data":{"run":{"agent":"weather","version":1,"status":"succeeded","output":{"n":1},"output_omitted":false,"error":null,"usage":{"wall_ms":3}}}}'::jsonb,
  'what is sent is what came of the run'
);
select throws_ok($$ select tests.claim(0) $$, 'PT400', 'invalid_request', 'nobody claims nothing');

-- How it went.
select is(tests.settle('a.example.com', 'one', 2, true), 'stale', 'an attempt that never was is not believed');
select is(tests.settle('a.example.com', 'one', 1, true, 204), 'delivered', 'one that arrived is done');
select is(tests.settle('a.example.com', 'one', 1, false), 'stale', 'for good');
select is(tests.told('one'), 'https://a.example.com succeeded 1 delivered,https://k.example.com succeeded 0 waiting', 'whatever is said later');
select is(tests.response('a.example.com', 'one'), 1024, 'of an answer, no more than 1,024 characters are kept');
select is(tests.settle('a.example.com', 'two', 1, false), 'waiting', 'one that failed is tried again');
select is(tests.state('a.example.com'), 't t', 'and that it fails is known');
select is(tests.claim(), null, 'not at once');
select ok((select bool_and(tests.pause(n)) from generate_series(1, 7) as n), 'but seconds later, and up to hours');
select is(tests.pause(8), null, 'and not for ever');
select tests.due();
select is(tests.claim(), 'https://a.example.com 2', 'when it is due');
select tests.due();
select is(tests.claim(), 'https://a.example.com 3', 'a sender that died is followed by another');
select is(tests.settle('a.example.com', 'two', 2, true), 'stale', 'and not believed if it lives after all');
select is(tests.settle('a.example.com', 'two', 3, true, 200), 'delivered', 'the other is');
select is(tests.state('a.example.com'), 't f', 'which ends the failing');

-- Once more.
select tests.become('ann');
select is(
  (select attempt from public.redeliver('weather', tests.webhook_id('a.example.com'), tests.delivery('a.example.com', 'two'))), 3,
  'what was delivered is told again, as the owner likes'
);
select throws_ok(
  $$ select public.redeliver('weather', tests.webhook_id('k.example.com'), tests.delivery('a.example.com', 'two')) $$,
  'PT404', 'not_found', 'to whom it was told'
);
select tests.become('bob');
select throws_ok(
  $$ select public.redeliver('weather', tests.webhook_id('a.example.com'), tests.delivery('a.example.com', 'two')) $$,
  'PT404', 'not_found', 'and by nobody else'
);
select is((select count(*) from public.webhook_deliveries), 0::bigint, 'who sees none of it');
select tests.become('service');
select is(tests.claim(), 'https://a.example.com 4', 'its attempts are counted on');
select is(tests.settle('a.example.com', 'two', 4, false, 500, true), 'gave_up', 'what can never be sent is given up');
select is(tests.state('a.example.com'), 't f', 'which says nothing of the address');

-- An address that does not work.
select tests.operate();
update public.webhooks set failing_since = now() - interval '3 days' where id = tests.webhook_id('a.example.com');
select tests.become('service');
select tests.end_run('three');
select tests.claim();
select is(tests.settle('a.example.com', 'three', 1, false), 'waiting', 'after three days of failing');
select is(tests.state('a.example.com'), 'f t failing', 'an address is told nothing more');
select is(tests.trail(1), 'webhook.disabled', 'which is in the audit log');
select tests.due();
select is(tests.claim(), null, 'nor what was waiting');
select tests.become('ann');
select throws_ok(
  $$ select public.redeliver('weather', tests.webhook_id('a.example.com'), tests.delivery('a.example.com', 'three')) $$,
  'PT409', 'webhook_disabled', 'nor on its owner''s word'
);
select public.change_webhook('weather', tests.webhook_id('a.example.com'), enabled => true);
select is(tests.state('a.example.com'), 't f', 'until it is switched on');
select tests.become('service');
select is(tests.claim(), 'https://a.example.com 2', 'and what waited is told');
select tests.settle('a.example.com', 'three', 2, false, 410);
select is(tests.state('a.example.com'), 'f t gone', 'one that says it is gone is believed at once');
select tests.operate();
update public.webhooks set enabled = false, disabled_reason = null;
update public.webhook_deliveries set due_since = now() - interval '4 days', next_at = now();
select tests.become('service');
select tests.claim();
select is(tests.told('three'), 'https://a.example.com succeeded 2 gave_up', 'what waits for three days is given up');
select tests.become('ann');
insert into pg_temp.ids values ('a.example.com', tests.webhook_id('a.example.com'));
select cmp_ok(tests.signings('a.example.com'), '>', 0::bigint, 'it has secrets');
select is((select count(*) from public.webhook_deliveries), 4::bigint, 'its owner sees what it was told');
select tests.become_key('ann', 'blind');
select is((select count(*) from public.webhook_deliveries), 0::bigint, 'a key that may not read sees none of it');
select tests.become_key('ann', 'news');
select is((select count(*) from public.webhook_deliveries), 0::bigint, 'nor does a key of another agent');
select tests.become('ann');
select public.delete_webhook('weather', tests.webhook_id('a.example.com'));
select is(tests.trail(1), 'webhook.deleted', 'that one ended is in the audit log');
select is(tests.signings('a.example.com'), 0::bigint, 'and its secrets went with it');
select * from finish();
rollback;
