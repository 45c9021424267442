begin;
\ir helpers.psql
select plan(50);

-- Who asks.
select tests.become('bob');
select throws_ok('select public.list_users()', 'PT403', 'forbidden', 'only an admin is told who there is');
select throws_ok($$ select public.find_user(tests.id('bob')) $$, 'PT403', 'forbidden', 'or who somebody is');
select throws_ok($$ select public.set_role(tests.id('bob'), 'admin') $$, 'PT403', 'forbidden', 'nobody makes themselves an admin');
select tests.become('anon');
select throws_ok('select public.list_users()', '42501', null, 'an anonymous caller is refused outright');
select throws_ok($$ select public.set_role(tests.id('bob'), 'admin') $$, '42501', null, 'whatever it asks');
select tests.key('amy', 'reader', array['agents:read', 'audit:read']);
select tests.key('amy', 'chief', array['admin']);
select tests.become_key('amy', 'reader');
select throws_ok($$ select public.set_role(tests.id('bob'), 'admin') $$, 'PT403', 'forbidden', 'an admin''s key without the scope is no admin');
select tests.become_key('amy', 'chief');
select lives_ok('select public.list_users()', 'and one with it is');

-- Lists.
select tests.become('amy');
select set_eq(
  'select email, role, assigned, quarantined_at from public.list_users()',
  $$ values ('ann@example.test', 'streamer', false, null::timestamptz), ('bob@example.test', 'streamer', false, null),
    ('vic@example.test', 'viewer', true, null), ('amy@example.test', 'admin', true, null) $$,
  'an admin is told of every user and their role'
);
select results_eq(
  $$ with first as (select id from public.list_users(max => 2)),
      rest as (select id from public.list_users(after => (select max(id::text)::uuid from first)))
    select id from first union all select id from rest $$,
  $$ select tests.id(name) as id from unnest(array['ann', 'bob', 'vic', 'amy']) as name order by id $$,
  'page by page'
);
select results_eq($$ select id from public.list_users('viewer') $$, $$ select tests.id('vic') $$, 'by role');
select results_eq(
  $$ select count(*)::int from public.list_users('streamer') $$, array[2], 'also those whose role is the default'
);
select is_empty($$ select from public.list_users('emperor') $$, 'a role that is none is nobody''s');
select results_eq(
  $$ select count(*)::int from unnest(array[-1, 0, 1]) as n, lateral public.list_users(max => n) $$, array[3],
  'a page has at least one user'
);
select results_eq($$ select role from public.find_user(tests.id('vic')) $$, array['viewer'], 'an admin looks somebody up');
select is_empty($$ select from public.find_user(tests.id('nobody')) $$, 'not who is not there');
select is_empty($$ select from public.find_user(null) $$, 'and not all at once');

-- Roles.
select results_eq(
  $$ select role, assigned from public.set_role(tests.id('bob'), 'user') $$, $$ values ('user', true) $$, 'an admin gives a role'
);
select results_eq($$ select role from public.set_role(tests.id('bob'), 'viewer') $$, array['viewer'], 'and another');
select tests.become('bob');
select results_eq('select public.my_permissions()', array['agents:read'], 'which counts at once');
select tests.become('amy');
select results_eq(
  $$ select role, assigned from public.set_role(tests.id('bob'), null) $$, $$ values ('streamer', false) $$,
  'null is the default again'
);
select throws_ok($$ select public.set_role(tests.id('nobody'), 'user') $$, 'PT404', 'not_found', 'nobody gets no role');
select throws_ok($$ select public.set_role(null, 'user') $$, 'PT404', 'not_found', 'null is nobody');
select throws_ok($$ select public.set_role(tests.id('bob'), 'emperor') $$, 'PT400', 'invalid_request', 'there are four roles');
select throws_ok($$ select public.set_role(tests.id('bob'), '') $$, 'PT400', 'invalid_request', 'and none without a name');
select tests.operate();
select throws_ok(
  $$ update app.settings set default_role = 'admin' $$, '23514', null, 'not everybody becomes an admin by signing up'
);

-- The last admin.
select tests.become('amy');
select throws_ok($$ select public.set_role(tests.id('amy'), 'user') $$, 'PT409', 'last_admin', 'the last admin does not step down');
select throws_ok($$ select public.set_role(tests.id('amy'), null) $$, 'PT409', 'last_admin', 'nor to the default');
select throws_ok($$ select public.quarantine('user', tests.id('amy'), 'x') $$, 'PT409', 'last_admin', 'nor is quarantined');
select lives_ok($$ select public.set_role(tests.id('amy'), 'admin') $$, 'but may stay one');
select tests.operate();
select throws_ok('delete from app.user_roles', 'PT409', 'last_admin', 'not even an operator leaves no admin by mistake');
select throws_ok($$ update app.user_roles set role = 'user' $$, 'PT409', 'last_admin', 'in whatever way');
select throws_ok($$ delete from auth.users where id = tests.id('amy') $$, 'PT409', 'last_admin', 'the last admin is not deleted');
insert into app.user_roles values (tests.id('ann'), 'admin');
select tests.become('amy');
select lives_ok($$ select public.quarantine('user', tests.id('ann'), 'x') $$, 'one of two admins may be quarantined');
select throws_ok($$ select public.set_role(tests.id('amy'), 'user') $$, 'PT409', 'last_admin', 'and then is none who counts');
select lives_ok($$ select public.set_role(tests.id('ann'), 'user') $$, 'may lose the role');
select is(
  (select quarantined_at is not null from public.find_user(tests.id('ann'))), true, 'and is shown as quarantined'
);
select tests.operate();
insert into app.user_roles values (tests.id('bob'), 'admin');
select tests.become('amy');
select lives_ok($$ select public.set_role(tests.id('amy'), null) $$, 'one of two admins steps down');
select throws_ok('select public.list_users()', 'PT403', 'forbidden', 'and is one no more');
select tests.operate();
insert into app.user_roles values (tests.id('amy'), 'admin');
select lives_ok($$ delete from auth.users where id = tests.id('bob') $$, 'one of two admins is deleted');

-- What hosted projects add: bans, anonymous users, identities elsewhere.
select tests.complete_auth();
insert into app.user_roles values (tests.id('vic'), 'admin') on conflict (user_id) do update set role = 'admin';
update auth.users set banned_until = 'infinity' where id = tests.id('vic');
select throws_ok(
  $$ delete from app.user_roles where user_id = tests.id('amy') $$, 'PT409', 'last_admin',
  'an admin who is banned does not count as one'
);
update auth.users set banned_until = 'infinity' where id = tests.id('amy');
select lives_ok(
  $$ insert into public.quarantines (kind, target, reason) values ('user', tests.id('nobody'), 'x') $$,
  'where no admin is left, an operator still stops others'
);
update auth.users set banned_until = null where id = tests.id('amy');
insert into auth.users (id, is_anonymous) values (tests.id('zoe'), true);
insert into auth.sessions (id, user_id) values (tests.id('amy''s session'), tests.id('amy'));
insert into auth.identities (user_id, provider, provider_id)
values (tests.id('ann'), 'github', '7'), (tests.id('zoe'), 'github', '8'), (tests.id('vic'), 'github', '9');
select tests.become('amy');
select is_empty($$ select from public.list_users() where id = tests.id('zoe') $$, 'anonymous users are not listed');
select tests.become('service');
select is(public.find_identity_user(tests.id('ann')::text), tests.id('ann'), 'an issuer may know our own ids');
select is(
  array(select public.find_identity_user(value) from unnest(array['7', '', null, tests.id('nobody')::text, tests.id('zoe')::text,
    tests.id('vic')::text, 'ann@example.test']) as value),
  array_fill(null::uuid, array[7]), 'nobody else is found so, nor who may nothing'
);
select is(public.find_identity_user('7', 'github'), tests.id('ann'), 'or an identity that Auth has linked');
select is(
  array(select public.find_identity_user(value, provider) from (values ('7', 'gitlab'), ('8', 'github'), ('9', 'github'),
    (tests.id('ann')::text, 'github'), (null, 'github'), ('7', '')) as asked (value, provider)),
  array_fill(null::uuid, array[6]), 'of that provider alone'
);
select tests.become('ann');
select throws_ok($$ select public.find_identity_user('7', 'github') $$, '42501', null, 'users do not ask who somebody is elsewhere');

-- The hook of Auth.
select tests.operate();
select is(
  app.custom_access_token(jsonb_build_object('user_id', tests.id('amy'), 'claims', '{"sub": "x", "aal": "aal1"}'::jsonb)) -> 'claims',
  '{"sub": "x", "aal": "aal1", "cloister_role": "admin"}', 'the hook adds the role to what is there'
);
select is(
  array(select app.custom_access_token(event) = event from unnest(array[
    jsonb_build_object('user_id', tests.id('nobody'), 'claims', '{}'::jsonb), jsonb_build_object('user_id', tests.id('zoe'), 'claims', '{}'::jsonb),
    jsonb_build_object('user_id', tests.id('amy')), '{}', '{"claims": {}}', '{"user_id": "ann", "claims": {}}']::jsonb[]) as event),
  array_fill(true, array[6]), 'and leaves alone what it does not understand, so that nobody is kept from signing in'
);
select tests.become('ann');
select throws_ok($$ select app.custom_access_token('{}') $$, '42501', null, 'it is Auth''s alone');

select * from finish();
rollback;
