begin;
\ir helpers.psql
select plan(75);
create function tests.secret_id(name text) returns uuid
language sql stable security definer as $$
  select id from public.secrets where secrets.name = secret_id.name order by id desc limit 1
$$;
-- A secret of whoever one is, as the functions make one.
create function tests.secret(
  name text, agent text default null, hosts text[] default array['api.example.com'],
  expires_at timestamptz default null, kid text default 'k1', sealed text default 'locked'
) returns setof public.secrets
language sql as $$
  select made.* from (select public.draft_secret(agent) as said offset 0) as draft,
    public.create_secret((said ->> 'id')::uuid, name, hosts, kid, sealed, (said ->> 'agent_id')::uuid, expires_at) as made
$$;
create function tests.replace(
  name text, version int, hosts text[] default array['api.example.com'], expires_at timestamptz default null,
  kid text default 'k1', sealed text default 'locked anew'
) returns setof public.secrets
language sql as $$
  select * from public.replace_secret(tests.secret_id(name), version, hosts, kid, sealed, expires_at)
$$;
create function tests.value(name text) returns table (version int, kid text, sealed text, vault_id uuid)
language sql stable security definer as $$
  select v.version, v.kid, v.sealed, v.vault_id from app.secret_values as v
  where v.secret_id = tests.secret_id(value.name)
$$;

-- Making one.
select tests.agent('ann', 'weather');
select tests.agent('ann', 'news');
select tests.become('ann');
select results_eq(
  $$ select owner_id, agent_id, name, hosts, version, expires_at, last_used_at from tests.secret('API_KEY') $$,
  $$ values (tests.id('ann'), null::uuid, 'API_KEY', array['api.example.com'], 1, null::timestamptz, null::timestamptz) $$,
  'a user makes a secret and gets what there is to know of it'
);
select results_eq('select name from public.secrets', array['API_KEY'], 'and sees it');
select results_eq(
  $$ select agent_id, expires_at from tests.secret('API_KEY', 'weather', expires_at => now() + interval '1 day') $$,
  $$ values (tests.agent_id('ann', 'weather'), (now() + interval '1 day')::timestamptz(3)) $$,
  'one agent may have another of the same name, and it may expire'
);
select throws_ok($$ select tests.secret('API_KEY') $$, 'PT409', 'secret_taken', 'but not twice the same');
select throws_ok($$ select tests.secret('API_KEY', 'weather') $$, 'PT409', 'secret_taken', 'nor for one agent');
select throws_ok($$ select tests.secret('X', 'none') $$, 'PT404', 'not_found', 'not for an agent that is not there');
select throws_ok(
  $$ select public.create_secret(tests.secret_id('API_KEY'), 'X', array['a.example.com'], 'k1', 'x') $$,
  'PT400', 'invalid_request', 'an id is used once'
);
select results_eq(
  $$ select split_part(tests.error_of(format('select tests.secret(%L)', name)), '|', 2)
    from unnest(array['', null, 'api_key', '1KEY', 'A-B', E'A\n', repeat('A', 65)]) as name $$,
  $$ select 'invalid_request' from generate_series(1, 7) $$,
  'a secret is named as variables are'
);
select results_eq(
  $$ select split_part(tests.error_of(format('select tests.secret(''X'', hosts => %L)', hosts)), '|', 2)
    from unnest(array['{}', null, '{NULL}', '{**}', '{*}', '{*.com}', '{**.com}', '{com}', '{127.0.0.1}',
      '{a.example.com,**}', '{{a.example.com}}', '{API.example.com}', '{"a.example.com "}', '{a.example.com/x}',
      '{"a.example.com:443"}', '{a..example.com}', '{a.*.example.com}', '{*.*.example.com}', '{a.example.com.}']) as hosts $$,
  $$ select 'invalid_request' from generate_series(1, 19) $$,
  'a secret is for hosts that are named'
);
select throws_ok(
  $$ select tests.secret('X', hosts => array(select 'h' || n || '.example.com' from generate_series(1, 11) as n)) $$,
  'PT400', 'invalid_request', 'and for ten at most'
);
select lives_ok(
  $$ select tests.secret('MANY', hosts => array['*.example.com', '**.example.com', 'xn--bcher-kva.example', 'a.b.c.d.example.com']) $$,
  'wildcards stand above a name of two labels'
);
select results_eq(
  $$ select split_part(tests.error_of(format('select tests.secret(''X'', expires_at => %s)', at)), '|', 2)
    from unnest(array['now()', 'now() - interval ''1 second''', '''infinity''', '''-infinity''']) as at $$,
  $$ select 'invalid_request' from generate_series(1, 4) $$,
  'a secret expires, if it does, in the future'
);
select results_eq(
  $$ select split_part(tests.error_of(format('select tests.secret(''X'', %s)', wrong)), '|', 2)
    from unnest(array['kid => null', 'kid => ''K1''', 'kid => ''''', 'sealed => null', 'sealed => ''''',
      'sealed => repeat(''x'', 16385)']) as wrong $$,
  $$ select 'invalid_request' from generate_series(1, 6) $$,
  'a value comes locked, with the name of the key'
);
select throws_ok($$ select tests.secret('X', kid => 'vault') $$, 'PT501', 'secrets_unavailable', 'not into a Vault that is not here');

-- Nobody else, and nobody the value.
select throws_ok('table app.secret_values', '42501', null, 'not even its owner reads a locked value');
select throws_ok('update public.secrets set hosts = null', '42501', null, 'or edits a secret behind the API''s back');
select throws_ok('insert into public.secrets (id) values (null)', '42501', null, 'or adds one');
select throws_ok('delete from public.secrets', '42501', null, 'or removes one');
select throws_ok($$ select public.reveal_secret(tests.id('ann'), tests.agent_id('ann', 'weather'), 'API_KEY') $$, '42501', null, 'or has it revealed');
select throws_ok($$ select public.list_stale_secrets('k2') $$, '42501', null, 'or lists locked values');
select throws_ok($$ select public.mark_unopened(tests.secret_id('MANY'), 1, 'k1') $$, '42501', null, 'or says that they do not open');
select throws_ok($$ select public.reseal_secret(tests.secret_id('MANY'), 1, 'k1', 'k2', 'x') $$, '42501', null, 'or replaces them');
select tests.become('bob');
select is_empty('table public.secrets', 'a stranger sees no secret');
select throws_ok($$ select tests.secret('X', 'weather') $$, 'PT404', 'not_found', 'makes none for somebody else''s agent');
select throws_ok(
  $$ select public.create_secret(gen_random_uuid(), 'X', array['a.example.com'], 'k1', 'x', tests.agent_id('ann', 'weather')) $$,
  'PT404', 'not_found', 'not by its id either'
);
select throws_ok($$ select tests.replace('MANY', 2) $$, 'PT404', 'not_found', 'replaces none of somebody else''s');
select throws_ok($$ select public.delete_secret(tests.secret_id('MANY')) $$, 'PT404', 'not_found', 'and deletes none');
select lives_ok($$ select tests.secret('API_KEY') $$, 'but has their own of the same name');
select tests.become('vic');
select throws_ok($$ select tests.secret('X') $$, 'PT403', 'forbidden', 'making secrets needs secrets:manage');
select throws_ok($$ select public.create_secret(gen_random_uuid(), 'X', array['a.example.com'], 'k1', 'x') $$, 'PT403', 'forbidden', 'with or without a draft');
select throws_ok('select public.draft_secret()', 'PT403', 'forbidden', 'and so does drafting one');
select throws_ok($$ select public.delete_secret(tests.secret_id('MANY')) $$, 'PT403', 'forbidden', 'deleting them, too');
select tests.become('amy');
select is_empty('table public.secrets', 'an admin does not see other people''s secrets');
select tests.become('anon');
select throws_ok($$ select tests.secret('X') $$, '42501', null, 'an anonymous caller makes none');
select throws_ok('table public.secrets', '42501', null, 'and sees none');
select tests.become('service');
select throws_ok('table public.secrets', '42501', null, 'not even the service reads secrets');
select throws_ok('table app.secret_values', '42501', null, 'or locked values, but one at a time');

-- By a key.
select tests.operate();
insert into public.api_keys (id, owner_id, name, public_id, scopes, agent_id) values
  (tests.id('all'), tests.id('ann'), 'all', tests.public_id('all'), array['secrets:manage'], null),
  (tests.id('one'), tests.id('ann'), 'one', tests.public_id('one'), array['secrets:manage'], tests.agent_id('ann', 'weather')),
  (tests.id('none'), tests.id('ann'), 'none', tests.public_id('none'), array['agents:read', 'agents:write'], null);
select tests.become_key('ann', 'all');
select results_eq('select count(*)::int from public.secrets', array[3], 'a key with the scope sees them all');
select tests.become_key('ann', 'none');
select is_empty('table public.secrets', 'one without it sees none');
select throws_ok($$ select tests.replace('MANY', 2) $$, 'PT403', 'forbidden', 'and changes none');
select tests.become_key('ann', 'one');
select results_eq('select agent_id from public.secrets', $$ values (tests.agent_id('ann', 'weather')) $$, 'a key of one agent sees that agent''s');
select throws_ok($$ select tests.secret('X') $$, 'PT403', 'forbidden', 'makes none for all of them');
select throws_ok($$ select tests.secret('X', 'news') $$, 'PT404', 'not_found', 'none for another');
select throws_ok($$ select tests.replace('MANY', 2) $$, 'PT404', 'not_found', 'and does not change those of all');
select lives_ok($$ select tests.secret('MINE', 'weather') $$, 'but has its own');

-- Changing one.
select tests.become('ann');
select results_eq(
  $$ select version, hosts, expires_at from tests.replace('MANY', 2, array['other.example.com'], now() + interval '1 day') $$,
  $$ values (2, array['other.example.com'], (now() + interval '1 day')::timestamptz(3)) $$,
  'a new value may come with other hosts and another expiry'
);
select throws_ok(format('select tests.replace(''MANY'', %L)', version), 'PT409', 'secret_changed', 'a version is the next: ' || coalesce(version, 'null'))
from unnest(array['2', '4', '1', null]) as version;
select throws_ok($$ select tests.replace('MANY', 3, hosts => array['**']) $$, 'PT400', 'invalid_request', 'for hosts that are named');
select tests.operate();
select results_eq($$ select * from tests.value('MANY') $$, $$ values (2, 'k1', 'locked anew', null::uuid) $$, 'the older value is gone');
select throws_ok(format('update public.secrets set %s where name = ''MANY''', change), '42501', null, 'nobody changes ' || change)
from unnest(array['hosts = array[''evil.example.com'']', 'expires_at = null', 'version = 1', 'version = 4',
  'owner_id = tests.id(''bob'')', 'name = ''OTHER''', 'agent_id = tests.agent_id(''ann'', ''news'')', 'id = gen_random_uuid()']) as change;

-- Around the functions.
select tests.become('ann');
select tests.request('{"user-agent": "curl"}');
select throws_ok($$ select tests.secret('X') $$, 'PT403', 'forbidden', 'who calls around the functions keeps no value');
select throws_ok($$ select tests.replace('MANY', 3) $$, 'PT403', 'forbidden', 'and replaces none');
select tests.request('{"x-cloister-context": "e30.made-up"}');
select throws_ok($$ select tests.secret('X') $$, 'PT403', 'forbidden', 'whatever mark they make up');
select set_config('request.headers', '', true);
select is((select version from tests.replace('MANY', 3, array['other.example.com'])), 3, 'what the functions send is kept');
select tests.operate();

-- How many.
update app.settings set max_secrets = 5;
select tests.become('ann');
select lives_ok($$ select tests.secret('FIFTH') $$, 'a user has as many secrets as they may');
select throws_ok($$ select tests.secret('SIXTH') $$, 'PT409', 'too_many_secrets', 'and not one more');
select lives_ok($$ select tests.replace('FIFTH', 2) $$, 'but changes those there are');
select lives_ok($$ select public.delete_secret(tests.secret_id('FIFTH')) $$, 'and deletes them');
select throws_ok($$ select public.delete_secret(tests.secret_id('FIFTH')) $$, 'PT404', 'not_found', 'once');
select lives_ok($$ select tests.secret('SIXTH') $$, 'which makes room');

-- What goes with what.
select tests.quarantine('user', tests.id('ann'));
select throws_ok($$ select tests.replace('SIXTH', 2) $$, 'PT423', 'user_quarantined', 'whoever is quarantined changes no secret');
select is_empty('table public.secrets', 'and sees none');
select tests.release('user', tests.id('ann'));
select public.delete_agent('weather');
select results_eq('select name from public.secrets order by name', array['API_KEY', 'MANY', 'SIXTH'], 'an agent''s secrets go with it');
select tests.operate();
select is((select count(*)::int from app.secret_values), 4, 'with their values');
delete from auth.users where id = tests.id('ann');
select results_eq('select owner_id from public.secrets', array[tests.id('bob')], 'and a user''s with the user');
select * from finish();
rollback;
