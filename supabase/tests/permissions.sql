begin;
\ir helpers.psql
select plan(20);

select tests.become('vic');
select results_eq(
  'select public.my_permissions()', array['agents:read'],
  'a viewer may read and nothing else'
);

select tests.operate();
insert into app.user_roles values (tests.id('bob'), 'user');
select tests.become('bob');
select results_eq(
  'select public.my_permissions()',
  array['agents:execute', 'agents:read', 'agents:write', 'keys:manage', 'runs:cancel', 'secrets:manage'],
  'a user may do everything but stream, audit and administer'
);

select tests.become('ann');
select results_eq(
  'select public.my_permissions()',
  array['agents:execute', 'agents:read', 'agents:stream', 'agents:write', 'keys:manage', 'runs:cancel', 'secrets:manage'],
  'without a row the default role counts, which is streamer'
);

select tests.become('amy');
select results_eq(
  'select public.my_permissions()',
  array['admin', 'agents:execute', 'agents:read', 'agents:stream', 'agents:write', 'audit:read', 'keys:manage',
    'metrics:read', 'runs:cancel', 'secrets:manage'],
  'an admin may do everything'
);

select tests.operate();
update app.settings set default_role = 'viewer';
select tests.become('ann');
select results_eq(
  'select public.my_permissions()', array['agents:read'],
  'the operator chooses the default role'
);

select ok(app.can('agents:read'), 'can() knows what the caller may');
select ok(not app.can('agents:write'), 'can() knows what the caller may not');
select throws_ok(
  $$ select app.can('agents:reed') $$, '23514', null,
  'a misspelt permission is an error, not a no'
);

select set_config('request.jwt.claims', json_build_object('sub', tests.id('ann'), 'app_role', 'admin',
  'app_metadata', '{"role":"admin"}'::json, 'user_metadata', '{"role":"admin"}'::json)::text, true);
select results_eq(
  'select public.my_permissions()', array['agents:read'],
  'what a token says of roles counts for nothing'
);

select set_config('request.jwt.claims', json_build_object('sub', tests.id('nobody'))::text, true);
select is_empty(
  'select public.my_permissions()',
  'a user who is gone may do nothing, whatever token lives on'
);
select set_config('request.jwt.claims', '{}', true);
select is_empty('select public.my_permissions()', 'a token without a subject may do nothing');
select ok(not app.can('agents:read'), 'can() is false, not null, for a token without a subject');

select tests.operate();
insert into app.user_roles values (tests.id('ann'), 'admin');
delete from app.user_roles where user_id = tests.id('amy');
select tests.become('amy');
select ok(not app.can('admin'), 'a role taken away is gone with the next statement');

select throws_ok('table app.user_roles', '42501', null, 'users do not read roles');
select throws_ok('table app.role_permissions', '42501', null, 'users do not read what roles may');
select throws_ok('table app.settings', '42501', null, 'users do not read settings');
select throws_ok(
  $$ insert into app.user_roles values (tests.id('amy'), 'admin') $$, '42501', null,
  'users do not give themselves roles'
);
select throws_ok(
  $$ select app.refusal_of(tests.id('ann'), null, 'admin') $$, '42501', null,
  'users do not ask what others may'
);

select tests.become('anon');
select throws_ok(
  'select public.my_permissions()', '42501', null,
  'an anonymous caller is refused outright'
);

select tests.operate();
select throws_ok(
  'insert into app.settings default values', '23505', null,
  'there is one row of settings'
);

select * from finish();
rollback;
