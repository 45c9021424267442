-- API keys from their making to their end. Longer than 300 lines, since one cast of keys is played
-- through all of it.
begin;
\ir helpers.psql
select plan(92);
create function tests.create(
  scopes text[], name text default 'deploy', agent text default null, expires_at timestamptz default null,
  public_id text default tests.public_id('deploy'), secret_hash text default tests.secret_hash('deploy')
) returns setof public.api_keys
language sql as $$
  select * from public.create_key(name, scopes, public_id, secret_hash, agent, expires_at)
$$;
create function tests.state(key text, secret text) returns text
language sql as $$ select public.authenticate_key(tests.public_id(key), tests.secret_hash(secret)) ->> 'state' $$;

-- Making one.
select tests.agent('ann', 'weather');
select tests.agent('ann', 'news');
select tests.become('ann');
select results_eq(
  $$ select name, public_id, scopes, agent_id, expires_at, revoked_at, last_used_at, replaces
    from tests.create(array['agents:read', 'agents:execute', 'agents:read']) $$,
  $$ values ('deploy', tests.public_id('deploy'), array['agents:execute', 'agents:read'], null::uuid,
    null::timestamptz, null::timestamptz, null::timestamptz, null::uuid) $$,
  'a user makes a key and gets it'
);
select results_eq('select name from public.api_keys', array['deploy'], 'and sees it');
select results_eq(
  $$ select agent_id, expires_at from tests.create(array['agents:read'], 'one', 'weather', now() + interval '1 year', tests.public_id('one')) $$,
  $$ values (tests.agent_id('ann', 'weather'), now() + interval '1 year') $$,
  'a key may know one agent, and last a year'
);
select throws_ok($$ select tests.create(array['agents:read'], 'x', 'none') $$, 'PT404', 'not_found', 'not an agent that is not there');
select throws_ok($$ select tests.create(array['admin']) $$, 'PT403', 'forbidden', 'a scope that its maker lacks is refused');
select throws_ok($$ select tests.create(array['agents:read', 'audit:read']) $$, 'PT403', 'forbidden', 'and not trimmed');
select results_eq(
  $$ select split_part(tests.error_of(format('select tests.create(%L)', scopes)), '|', 2)
    from unnest(array['{}', null, '{keys:manage}', '{agents:reed}', '{NULL}', '{agents:read,NULL}', '{""}']) as scopes $$,
  $$ select 'invalid_request' from generate_series(1, 7) $$,
  'no scope, an unknown one and the one to make keys are refused'
);
select results_eq(
  $$ select split_part(tests.error_of(format('select tests.create(array[''agents:read''], expires_at => %s)', at)), '|', 2)
    from unnest(array['now()', 'now() - interval ''1 second''', 'now() + interval ''1 year 1 second''', '''infinity''', '''-infinity''']) as at $$,
  $$ select 'invalid_request' from generate_series(1, 5) $$,
  'a key expires, if it does, within a year and not in the past'
);
select results_eq(
  $$ select split_part(tests.error_of(format('select tests.create(array[''agents:read''], %s)', wrong)), '|', 2)
    from unnest(array['name => ''''', 'name => null', 'name => repeat(''n'', 101)', 'name => E''two\nlines''',
      'public_id => ''short''', 'public_id => null', 'public_id => ''0123456789abcde!''',
      'secret_hash => null', 'secret_hash => ''secret''', 'secret_hash => upper(tests.secret_hash(''deploy''))']) as wrong $$,
  $$ select 'invalid_request' from generate_series(1, 10) $$,
  'and has a name of one line, a public id and a hash'
);
select throws_ok(
  $$ select tests.create(array['agents:read']) $$, '23505', null,
  'a public id is one key''s alone'
);
select tests.become('bob');
select throws_ok($$ select tests.create(array['agents:read'], 'x', 'weather') $$, 'PT404', 'not_found', 'nobody makes a key for somebody else''s agent');
select is_empty('table public.api_keys', 'a stranger sees no key');
select tests.become('vic');
select throws_ok($$ select tests.create(array['agents:read']) $$, 'PT403', 'forbidden', 'making keys needs keys:manage');
select tests.become('amy');
select throws_ok($$ select tests.create(array['agents:read', 'admin'], 'x', 'weather') $$, 'PT404', 'not_found', 'not even an admin');
select tests.agent('amy', 'tool');
select throws_ok(
  $$ select tests.create(array['agents:read', 'admin'], 'x', 'tool') $$, 'PT400', 'invalid_request',
  'a key of one agent does not administer'
);
select throws_ok($$ select tests.create(array['audit:read'], 'x', 'tool') $$, 'PT400', 'invalid_request', 'nor audit');
select throws_ok($$ select tests.create(array['metrics:read'], 'x', 'tool') $$, 'PT400', 'invalid_request', 'nor measure');
select is_empty('table public.api_keys', 'an admin does not see other people''s keys');
select tests.become('anon');
select throws_ok($$ select tests.create(array['agents:read']) $$, '42501', null, 'an anonymous caller makes none');
select throws_ok('table public.api_keys', '42501', null, 'and sees none');
select tests.become('ann');
select throws_ok('table app.api_key_secrets', '42501', null, 'nobody reads the hash of a secret');
select throws_ok('update public.api_keys set scopes = null', '42501', null, 'nobody edits a key behind the API''s back');
select tests.become('service');
select throws_ok('table public.api_keys', '42501', null, 'not even the service reads keys');
select throws_ok('table app.api_key_secrets', '42501', null, 'or the hashes of their secrets');

-- A key manages no keys, whatever its scopes.
select tests.key('ann', 'worker');
select tests.key('amy', 'chief', array['admin', 'agents:read', 'audit:read', 'secrets:manage']);
select tests.become_key('amy', 'chief');
select throws_ok($$ select tests.create(array['agents:read']) $$, 'PT403', 'forbidden', 'a key makes no key');
select throws_ok(
  $$ select public.rotate_key(tests.key_id('chief'), tests.public_id('x'), tests.secret_hash('x')) $$, 'PT403', 'forbidden',
  'and does not rotate itself'
);
select throws_ok($$ select public.revoke_key(tests.key_id('worker')) $$, 'PT403', 'forbidden', 'nor does it revoke one');
select tests.operate();
select throws_ok(
  $$ update public.api_keys set scopes = array['keys:manage'] $$, '23514', null,
  'not even an operator gives a key the scope to make keys'
);

-- How many there may be.
update app.settings set max_keys = 3;
select tests.become('ann');
select throws_ok(
  $$ select tests.create(array['agents:read'], public_id => tests.public_id('x')) $$, 'PT409', 'too_many_keys',
  'the quota of keys holds'
);
select lives_ok($$ select public.revoke_key(tests.key_id('one')) $$, 'a revoked key');
select lives_ok($$ select tests.key('ann', 'third') $$, 'makes room for another');
select tests.operate();
update public.api_keys set expires_at = now() where name = 'third';
select tests.become('ann');
select lives_ok($$ select tests.key('ann', 'fourth') $$, 'and so does an expired one');
select tests.operate();
update app.settings set max_keys = 50;

-- Revoking.
select tests.become('ann');
select results_eq(
  $$ select name, revoked_at from public.revoke_key(tests.key_id('fourth')) $$, $$ values ('fourth', now()) $$,
  'an owner revokes a key'
);
select tests.operate();
update public.api_keys set revoked_at = now() - interval '1 hour' where name = 'fourth';
select tests.become('ann');
select results_eq(
  $$ select revoked_at from public.revoke_key(tests.key_id('fourth')) $$, $$ values (now() - interval '1 hour') $$,
  'revoking again changes nothing'
);
select throws_ok($$ select public.revoke_key(tests.key_id('chief')) $$, 'PT404', 'not_found', 'somebody else''s key is not there');
select throws_ok($$ select public.revoke_key(tests.id('no key')) $$, 'PT404', 'not_found', 'nor is one that is not');
select tests.become('anon');
select throws_ok($$ select public.revoke_key(tests.id('no key')) $$, '42501', null, 'an anonymous caller is refused outright');

-- Rotating.
select tests.key('ann', 'monthly', array['agents:read'], 'weather', now() + interval '30 days');
select tests.operate();
update public.api_keys set created_at = now() - interval '10 days', expires_at = now() + interval '20 days' where name = 'monthly';
select tests.become('ann');
select results_eq(
  $$ select name, scopes, agent_id, expires_at, replaces = (select id from public.api_keys where public_id = tests.public_id('monthly'))
    from public.rotate_key(tests.key_id('monthly'), tests.public_id('monthly 2'), tests.secret_hash('monthly 2'), 3600) $$,
  $$ values ('monthly', array['agents:read'], tests.agent_id('ann', 'weather'), now() + interval '30 days', true) $$,
  'a rotated key is like the old one, for as long again'
);
select results_eq(
  $$ select expires_at from public.api_keys where public_id = tests.public_id('monthly') $$, $$ values (now() + interval '1 hour') $$,
  'and the old one lives until the overlap ends'
);
select results_eq(
  $$ select expires_at from public.rotate_key(
    (select id from public.api_keys where public_id = tests.public_id('monthly')), tests.public_id('monthly 3'), tests.secret_hash('x')) $$,
  $$ values (now() + interval '30 days') $$,
  'rotated once more, it is as if it were the first time'
);
select results_eq(
  $$ select expires_at from public.api_keys where public_id = tests.public_id('monthly') $$, $$ values (now() + interval '1 hour') $$,
  'but a second overlap does not prolong the first'
);
select results_eq(
  $$ select expires_at from public.rotate_key(tests.key_id('worker'), tests.public_id('worker 2'), tests.secret_hash('x'), 0) $$,
  array[null::timestamptz], 'a key that never expires is rotated to one that never does'
);
select throws_ok(
  $$ select public.rotate_key((select id from public.api_keys where public_id = tests.public_id('worker')), tests.public_id('y'), tests.secret_hash('y')) $$,
  'PT404', 'not_found', 'an expired key is not rotated: without overlap the old one ends at once'
);
select throws_ok(
  $$ select public.rotate_key(tests.key_id('fourth'), tests.public_id('y'), tests.secret_hash('y')) $$,
  'PT404', 'not_found', 'nor is a revoked one'
);
select throws_ok(
  $$ select public.rotate_key(tests.key_id('chief'), tests.public_id('y'), tests.secret_hash('y')) $$,
  'PT404', 'not_found', 'nor is somebody else''s'
);
select results_eq(
  $$ select split_part(tests.error_of(format('select public.rotate_key(tests.key_id(''deploy''), %s)', wrong)), '|', 2)
    from unnest(array['tests.public_id(''y''), tests.secret_hash(''y''), -1', 'tests.public_id(''y''), tests.secret_hash(''y''), 604801',
      'tests.public_id(''y''), tests.secret_hash(''y''), null', '''y'', tests.secret_hash(''y'')', 'tests.public_id(''y''), ''y''']) as wrong $$,
  $$ select 'invalid_request' from generate_series(1, 5) $$,
  'an overlap is at most a week, and the new secret is one'
);
select tests.operate();
update app.settings set max_keys = 2; -- four of ann's are alive
select tests.become('ann');
select throws_ok(
  $$ select public.rotate_key(tests.key_id('deploy'), tests.public_id('y'), tests.secret_hash('y')) $$,
  'PT409', 'too_many_keys', 'rotating doubles the keys that one may have, and no more'
);
select tests.operate();
update app.settings set max_keys = 50;
select tests.quarantine('key', tests.key_id('deploy'));
select tests.become('ann');
select throws_ok(
  $$ select public.rotate_key(tests.key_id('deploy'), tests.public_id('y'), tests.secret_hash('y')) $$,
  'PT423', 'key_quarantined', 'nobody rotates a key out of its quarantine'
);
select tests.release('key', tests.key_id('deploy'));
select tests.quarantine('everything');
select tests.become('ann');
select lives_ok(
  $$ select public.rotate_key(tests.key_id('deploy'), tests.public_id('deploy 2'), tests.secret_hash('deploy 2')) $$,
  'while everything is suspended a secret may still be changed'
);
select throws_ok(
  $$ select tests.create(array['agents:execute'], public_id => tests.public_id('z')) $$, 'PT423', 'execution_suspended',
  'but no new key made that runs'
);
select tests.release('everything');

-- Authenticating.
select tests.key('ann', 'door', array['agents:read'], null, now() + interval '1 hour');
select tests.become('service');
select is(
  public.authenticate_key(tests.public_id('door'), tests.secret_hash('door'))::jsonb - 'expires_at',
  jsonb_build_object('id', tests.key_id('door'), 'owner_id', tests.id('ann'), 'state', 'live'),
  'the right secret is known'
);
select is(tests.state('door', 'wrong'), null, 'a wrong one is not');
select is(tests.state('no such key', 'door'), null, 'nor is it the secret of another id');
select is(public.authenticate_key(tests.public_id('door'), '')::text, null, 'nothing is no secret');
select is(public.authenticate_key(tests.public_id('door'), null)::text, null, 'and neither is null');
select is(public.authenticate_key(null, null)::text, null, 'nor is nothing a key');
select is(public.authenticate_key('unknown', encode('unknown', 'hex'))::text, null, 'what stands for the missing hash opens nothing');
select tests.operate();
select is((select last_used_at from public.api_keys where name = 'door'), now(), 'its use is remembered');
update public.api_keys set last_used_at = now() - interval '59 seconds' where name = 'door';
select tests.become('service');
select is(tests.state('door', 'door'), 'live', 'used again within a minute');
select tests.operate();
select is(
  (select last_used_at from public.api_keys where name = 'door'), now() - interval '59 seconds',
  'it is not written again'
);
update public.api_keys set expires_at = now(), last_used_at = null where name = 'door';
select tests.become('service');
select is(tests.state('door', 'door'), 'expired', 'an expired key is told so with its secret');
select is(tests.state('door', 'wrong'), null, 'and not without');
select tests.operate();
select is((select last_used_at from public.api_keys where name = 'door'), null, 'what does not open is not used');
update public.api_keys set revoked_at = now() where name = 'door';
select tests.become('service');
select is(tests.state('door', 'door'), 'revoked', 'so is a revoked one');
select tests.operate();
update public.api_keys set revoked_at = null, expires_at = null where name = 'door';
select tests.quarantine('key', tests.key_id('door'));
select tests.become('service');
select is(tests.state('door', 'door'), 'quarantined', 'and a quarantined one');
select tests.become('ann');
select throws_ok(
  $$ select public.authenticate_key(tests.public_id('door'), tests.secret_hash('door')) $$, '42501', null,
  'users do not ask what a key is'
);

-- A key that runs and does not read.
select tests.key('ann', 'runner', array['agents:execute']);
select tests.key('ann', 'writer', array['agents:write']);
select tests.become('ann');
select public.create_agent('seen', '', 'x', 'javascript', findings => '[{"line": 1}]');
select is((select findings::text from public.find_program('seen')), '[{"line": 1}]', 'who may read gets it with what was found in it');
select tests.become_key('ann', 'runner');
select results_eq(
  $$ select version, source_hash is not null, source, findings::text from public.find_program('seen') $$,
  $$ values (1, true, null::text, '[]') $$, 'a key that may only run gets what runs, and not what was written'
);
select is_empty(
  'select from public.agents union all select from public.agent_versions union all select from public.runs', 'it reads nothing'
);
select is_empty($$ select from public.find_program('other') $$, 'and finds nothing of others');
select tests.become('service');
select is(
  (select key_id from tests.start('ann', 'weather', 'blind run', 'blind key', 'hash', 'runner')), tests.key_id('runner'), 'it starts a run'
);
select is(
  (select id from public.find_replay(tests.id('ann'), 'blind key', 'hash', tests.key_id('runner'))), tests.run_id('blind run'),
  'and has it repeated'
);
select throws_ok($$ select tests.start('ann', 'weather', 'x', key => 'writer') $$, 'PT403', 'forbidden', 'one that may not run starts none');
select public.settle_run(tests.run_id('blind run'), tests.ending('succeeded', '"secret"'));
select tests.key('ann', 'stopper', array['runs:cancel']);
select tests.become_key('ann', 'stopper');
select results_eq(
  $$ select status, input::text, output::text from public.cancel_run(tests.run_id('blind run')) $$,
  $$ values ('succeeded', 'null', null::text) $$, 'a key that may only stop runs is not told what they got or gave'
);
select tests.become_key('ann', 'worker');
select results_eq(
  $$ select status, input::text, output::text from public.cancel_run(tests.run_id('blind run')) $$,
  $$ values ('succeeded', '{"n":1}', '"secret"') $$, 'one that may also read is'
);
select tests.become_key('ann', 'writer');
select is_empty($$ select from public.find_program('weather') $$, 'nor does it get the program');
select tests.become('bob');
select is_empty($$ select from public.find_program('weather') $$, 'and neither does a stranger');
select tests.operate();
delete from public.runs;

-- A key of one agent.
select tests.key('ann', 'single', array['agents:read', 'agents:write', 'agents:execute', 'agents:stream', 'runs:cancel'], 'weather');
select tests.become('service');
select tests.start('ann', 'weather', 'its run', 'its key', 'hash');
select tests.start('ann', 'news', 'other run', 'other key', 'hash');
select tests.become_key('ann', 'single');
select results_eq('select name from public.agents', array['weather'], 'a key of one agent sees no other agent');
select results_eq(
  'select agent_id from public.agent_versions', array[tests.agent_id('ann', 'weather')], 'nor another''s versions'
);
select results_eq('select id from public.runs', array[tests.run_id('its run')], 'nor another''s runs');
select results_eq('select run_id from public.run_events', array[tests.run_id('its run')], 'nor what happened in them');
select results_eq(
  $$ select split_part(tests.error_of(statement), '|', 2) from unnest(array[
    'select public.update_agent(''news'', ''mine'')', 'select public.set_agent_archived(''news'', true)',
    'select public.delete_agent(''news'')', 'select public.create_version(''news'', ''x'', ''javascript'')',
    'select public.publish_version(''news'', 1)', 'select public.cancel_run(tests.run_id(''other run''))']) as statement $$,
  $$ select 'not_found' from generate_series(1, 6) $$,
  'what it would do to another agent is not there to be done'
);
select is_empty(
  $$ select from public.find_program('news') union all select from public.find_run(tests.run_id('other run')) $$,
  'it gets neither another''s program nor run'
);
select throws_ok(
  $$ select public.create_agent('third', '', 'x', 'javascript') $$, 'PT403', 'forbidden', 'it makes no other agent'
);
select lives_ok(
  $$ select public.update_agent('weather', 'forecast'), public.cancel_run(tests.run_id('its run')), public.find_program('forecast') $$,
  'its own it may rename, run and stop'
);
select tests.operate();
select tests.silence('other run', 21);
select tests.become_key('ann', 'single');
select is_empty($$ select from public.find_run(tests.run_id('other run')) $$, 'looking for another''s dead run');
select tests.operate();
select is((select status from public.runs where id = tests.run_id('other run')), 'running', 'does not end it');
select tests.silence('other run', 0);
select tests.become('service');
select results_eq(
  $$ select split_part(tests.error_of(statement), '|', 2) from unnest(array[
    'select tests.start(''ann'', ''news'', ''x'', key => ''single'')',
    'select public.find_replay(tests.id(''ann''), ''other key'', ''hash'', tests.key_id(''single''))',
    'select tests.start(''ann'', ''forecast'', ''x'', ''other key'', ''hash'', ''single'')']) as statement $$,
  $$ select 'not_found' from generate_series(1, 3) $$,
  'the service starts nothing else by it, and repeats nothing else to it'
);
select is(
  (select key_id from tests.start('ann', 'forecast', 'by key', key => 'single')), tests.key_id('single'),
  'a run remembers the key that started it'
);
select lives_ok(
  $$ select public.settle_run(id, tests.ending('succeeded')) from public.runs where status = 'running' $$, 'its runs end'
);
select tests.become('ann');
select public.delete_agent('forecast');
select is_empty($$ select from public.api_keys where name = 'single' $$, 'a key of one agent goes with it');
select tests.become_key('ann', 'single');
select is_empty('select public.my_permissions()', 'and does not become a key of all agents');

select * from finish();
rollback;
