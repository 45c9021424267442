begin;
\ir helpers.psql
select plan(66);

-- What a key may is what its scopes and its owner's role have in common.
select tests.agent('ann', 'weather');
select tests.key('ann', 'reader', array['agents:read']);
select tests.key('ann', 'worker');
select tests.key('ann', 'blind', array['agents:execute']);
select tests.key('amy', 'chief', array['admin', 'audit:read', 'agents:read']);

select tests.become_key('ann', 'reader');
select results_eq('select public.my_permissions()', array['agents:read'], 'a key may what its scopes say and no more');
select isnt_empty('table public.agents', 'a key reads for its owner');
select throws_ok(
  $$ select public.create_agent('other', '', 'x', 'javascript') $$, 'PT403', 'forbidden',
  'a key without agents:write writes nothing'
);
select tests.become_key('ann', 'blind');
select is_empty('table public.agents', 'a key without agents:read reads nothing');
select tests.become_key('amy', 'chief');
select ok(app.can('admin'), 'an admin''s key may administer if its scopes say so');
select ok(not app.can('keys:manage'), 'no key manages keys');

select tests.operate();
insert into app.user_roles values (tests.id('ann'), 'viewer');
select tests.become_key('ann', 'worker');
select results_eq(
  'select public.my_permissions()', array['agents:read'],
  'a key does not outlive its owner''s role'
);
select throws_ok(
  $$ select public.create_agent('other', '', 'x', 'javascript') $$, 'PT403', 'forbidden',
  'nor does what it could write'
);
select tests.operate();
delete from app.user_roles where user_id = tests.id('ann');

-- Whose key it is.
select tests.become_key('bob', 'worker');
select is_empty('select public.my_permissions()', 'a token that names somebody else''s key may nothing');
select is_empty('table public.agents', 'it does not read for that key''s owner');
select is_empty('table public.api_keys', 'nor does it see the key');
select is(public.my_access() -> 'key' ->> 'id', null, 'and is not told of it');
select tests.key('bob', 'bob''s');
select tests.become_key('ann', 'bob''s');
select is_empty('select public.my_permissions()', 'also where it is the token''s own user who names another''s key');
select tests.become_key('ann', 'no such key');
select is_empty('select public.my_permissions()', 'a token that names no key there is may nothing');
select results_eq(
  $$ select (select count(*)::int from public.my_permissions())
    from unnest(array['null', '""', '"ann"', '{}', '7', '[]', 'true']) as claim,
      lateral (select tests.become_claims(format('{"sub": "%s", "cloister_key": %s}', tests.id('ann'), claim)::json)) as _ $$,
  array[0, 0, 0, 0, 0, 0, 0],
  'a token whose claim names no key at all is nobody''s, and not its owner''s'
);

-- What a key is told of itself.
select tests.become_key('ann', 'worker');
select results_eq('select name from public.api_keys', array['worker'], 'a key sees itself and no other key');
select results_eq(
  $$ select public.my_access() ->> 'role', public.my_access() -> 'key' ->> 'name', public.my_access() -> 'key' ->> 'agent' $$,
  $$ values ('streamer', 'worker', null::text) $$, 'a key is told who it is'
);
select tests.become('ann');
select is(
  public.my_access()::jsonb,
  '{"role": "streamer", "key": null,
    "permissions": ["agents:execute", "agents:read", "agents:stream", "agents:write", "keys:manage", "runs:cancel", "secrets:manage"],
    "limits": {"read": 600, "write": 120, "execute": 60, "stream": 60, "concurrent_runs": 10, "cpu_seconds_per_day": 3600}}',
  'a person is told what they may do and spend'
);

-- A key that has ended.
select tests.operate();
update public.api_keys set revoked_at = now() where id = tests.key_id('reader');
update public.api_keys set expires_at = now() where id = tests.key_id('worker');
select tests.become_key('ann', 'reader');
select is_empty('select public.my_permissions()', 'a revoked key may nothing, from the next statement on');
select is_empty('table public.agents', 'a revoked key reads nothing');
select is_empty('table public.api_keys', 'not even itself');
select is(public.my_access() ->> 'key', null, 'and is told of no key');
select throws_ok('select public.my_usage()', 'PT403', 'forbidden', 'nor what its owner spends');
select tests.become_key('ann', 'worker');
select is_empty('select public.my_permissions()', 'an expired key may nothing');
select tests.operate();
update public.api_keys set revoked_at = null, expires_at = null;

-- require_permission() says why.
select tests.become('vic');
select lives_ok($$ select public.require_permission('agents:read') $$, 'who may is let through');
select throws_ok($$ select public.require_permission('agents:write') $$, 'PT403', 'forbidden', 'who may not is refused');
select throws_ok($$ select public.require_permission('agents:reed') $$, 'PT400', 'invalid_request', 'there is no such permission');
select throws_ok($$ select public.require_permission(null) $$, 'PT400', 'invalid_request', 'null is no permission');
select tests.become('anon');
select throws_ok($$ select public.require_permission('agents:read') $$, '42501', null, 'an anonymous caller may not even ask');
select throws_ok('select public.my_access()', '42501', null, 'nor what it may');
select tests.become_claims('{}');
select throws_ok($$ select public.require_permission('agents:read') $$, 'PT403', 'forbidden', 'a token without a subject may nothing');
select is_empty('table public.agents', 'and reads nothing');

-- Quarantines.
select tests.quarantine('user', tests.id('ann'));
select tests.become('ann');
select results_eq('select public.my_permissions()', array['agents:read'], 'a quarantined user may still read');
select throws_ok($$ select public.require_permission('agents:write') $$, 'PT423', 'user_quarantined', 'and is told why nothing else');
select throws_ok($$ select public.require_permission('admin') $$, 'PT403', 'forbidden', 'what the role never allowed is forbidden as before');
select tests.become_key('ann', 'worker');
select results_eq('select public.my_permissions()', array['agents:read'], 'nor may their keys do more');
select tests.become('bob');
select ok(app.can('agents:write'), 'a quarantine of one user is not one of another');
select tests.release('user', tests.id('ann'));

select tests.quarantine('key', tests.key_id('worker'));
select tests.become_key('ann', 'worker');
select is_empty('select public.my_permissions()', 'a quarantined key may nothing');
select is_empty('table public.api_keys', 'and does not see itself');
select throws_ok($$ select public.require_permission('agents:read') $$, 'PT423', 'key_quarantined', 'it is told why');
select tests.become_key('ann', 'reader');
select ok(app.can('agents:read'), 'a quarantine of one key is not one of another');
select tests.become('ann');
select ok(app.can('agents:write'), 'nor one of its owner');
select tests.quarantine('user', tests.id('ann'));
select tests.become_key('ann', 'worker');
select throws_ok($$ select public.require_permission('agents:write') $$, 'PT423', 'user_quarantined', 'a user''s quarantine is said before their key''s');

select tests.quarantine('everything');
select throws_ok($$ select public.require_permission('agents:execute') $$, 'PT423', 'execution_suspended', 'and everything''s before either');
select tests.release('user', tests.id('ann'));
select tests.become('ann');
select ok(not app.can('agents:execute') and not app.can('agents:stream'), 'while everything is suspended nobody runs or streams');
select ok(app.can('agents:write'), 'and everybody may write');
select tests.become('amy');
select throws_ok($$ select public.require_permission('agents:stream') $$, 'PT423', 'execution_suspended', 'an admin neither');
select ok(app.can('admin'), 'but an admin administers');
select tests.release('everything');

-- Sessions and second factors, where Auth keeps them.
select tests.operate();
select tests.complete_auth();
select tests.become('amy');
select throws_ok(
  $$ select public.require_permission('admin') $$, 'PT401', 'session_revoked',
  'who has signed out does nothing sensitive, whatever token lives on'
);
select results_eq(
  'select public.my_permissions()', array['agents:execute', 'agents:read', 'agents:stream', 'agents:write', 'metrics:read', 'runs:cancel'],
  'and keeps the rest until the token expires'
);
select tests.become('vic');
select throws_ok(
  $$ select public.require_permission('admin') $$, 'PT401', 'session_revoked',
  'that a session is over is said before that it would not have sufficed'
);
select tests.operate();
insert into auth.sessions (id, user_id) values (tests.id('amy''s session'), tests.id('amy')), (tests.id('ann''s session'), tests.id('ann'));
select tests.become('amy');
select lives_ok($$ select public.require_permission('admin') $$, 'who is signed in does');
select tests.become_claims(json_build_object('sub', tests.id('amy')));
select throws_ok($$ select public.require_permission('admin') $$, 'PT401', 'session_revoked', 'a person''s token without a session is refused');
select tests.become_claims(json_build_object('sub', tests.id('amy'), 'session_id', tests.id('ann''s session')));
select throws_ok($$ select public.require_permission('admin') $$, 'PT401', 'session_revoked', 'and so is one with somebody else''s');
select tests.become_claims(json_build_object('sub', tests.id('amy'), 'session_id', '------------------------------------'));
select throws_ok($$ select public.require_permission('admin') $$, 'PT401', 'session_revoked', 'and one with what is no session''s id');
select tests.become_claims(json_build_object('sub', tests.id('amy'), 'cloister_issuer', 'https://issuer.example'));
select lives_ok($$ select public.require_permission('admin') $$, 'another issuer''s user has a session there, not here');
select tests.become_key('amy', 'chief');
select ok(app.can('admin'), 'a key has no session to lose');
select tests.operate();
update auth.sessions set not_after = now() where id = tests.id('amy''s session');
select tests.become('amy');
select ok(not app.can('audit:read'), 'a session that ran out is over');

select tests.operate();
update auth.sessions set not_after = null;
update app.settings set admin_needs_aal2 = true;
select tests.become('amy');
select throws_ok($$ select public.require_permission('admin') $$, 'PT403', 'mfa_required', 'where admins need a second factor, one without is told');
select throws_ok(
  $$ select public.require_permission('audit:read') $$, 'PT403', 'mfa_required', 'and does not read what others did, either'
);
select ok(app.can('agents:execute') and app.can('keys:manage'), 'what else is theirs needs none');
select tests.become_key('amy', 'chief');
select ok(not app.can('admin') and app.can('audit:read'), 'a key never has a second factor, and may still export the audit log');
select tests.become_claims(json_build_object('sub', tests.id('amy'), 'session_id', tests.id('amy''s session'), 'aal', 'aal1'));
select ok(not app.can('admin') and not app.can('audit:read'), 'one factor is not two');
select tests.become_claims(json_build_object('sub', tests.id('amy'), 'session_id', tests.id('amy''s session'), 'aal', 'aal2'));
select ok(app.can('admin') and app.can('audit:read'), 'and an admin with two administers');

select tests.operate();
update auth.users set banned_until = now() + interval '1 day' where id = tests.id('ann');
update auth.users set is_anonymous = true where id = tests.id('bob');
update auth.users set deleted_at = now() where id = tests.id('vic');
select is(
  array(select app.role_of(tests.id(name)) from unnest(array['ann', 'bob', 'vic', 'amy']) as name),
  array[null, null, null, 'admin'], 'who is banned, anonymous or deleted may nothing'
);
update auth.users set banned_until = now() - interval '1 day';
select is(app.role_of(tests.id('ann')), 'streamer', 'a ban ends');

select * from finish();
rollback;
