begin;
\ir helpers.psql
select plan(8);

-- Keys that are over do not count against the quota, so that they must not pile up, either.

update app.settings set max_keys = 2;
create function tests.made_and_revoked(n int) returns uuid
language sql as $$
  select (public.revoke_key(k.id)).id
  from public.create_key('key ' || n, '{agents:read}', lpad(n::text, 16, '0'), repeat('ab', 32)) as k
$$;
select tests.become('ann');
select lives_ok(
  $$ select public.create_key('live', '{agents:read}', repeat('L', 16), repeat('ab', 32)) $$, 'one lives'
);
select lives_ok(
  $$ select tests.made_and_revoked(n) from generate_series(1, 40) as n $$, 'keys come and go'
);
select is(
  (select count(*) from public.api_keys where name like 'key %')::int, 21, 'of those that are over, ten times as many as may live are kept'
);
select is(
  (select min(name) from public.api_keys where name in ('key 1', 'key 40')), 'key 40', 'the newest of them'
);
select is(
  (select count(*) from public.api_keys where name = 'live')::int, 1, 'the one that lives is, however old'
);
select throws_ok(
  $$ select public.create_key('many', array_fill('agents:read'::text, array[101]), repeat('M', 16), repeat('ab', 32)) $$,
  'PT400', 'invalid_request', 'a key names at most 100 scopes, equal ones, too'
);
select tests.operate();
set constraints all immediate;
select is(
  (select count(*) from public.audit_log where action = 'key.deleted')::int, 19, 'that one was forgotten is in the audit log'
);
select is(
  (select count(*) from app.api_key_secrets)::int, 22, 'and its secret''s hash is gone with it'
);

select * from finish();
rollback;
