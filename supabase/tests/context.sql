begin;
\ir helpers.psql
select plan(24);

select tests.operate();
select results_eq(
  'select * from app.request_context()', $$ values (null::text, null::text, null::text, 'sql') $$,
  'outside of a request there is no context'
);

create function tests.context(mark text) returns text
language sql as $$
  select tests.request(json_build_object('user-agent', 'curl/8', 'x-cloister-context', mark));
  select c::text from app.request_context() as c
$$;
create function tests.said() returns json
language sql as $$
  select '{"request_id":"req-1","address":"192.0.2.1","user_agent":"Mozilla/5.0 (é)"}'::json
$$;

select is(
  tests.context(tests.signed(tests.said())), row('req-1', '192.0.2.1', 'Mozilla/5.0 (é)', 'api')::text,
  'what a function signed is believed'
);
select is(
  tests.context(tests.signed(json_build_object('request_id', repeat('r', length)))),
  row(repeat('r', length), null, null, 'api')::text,
  format('whatever its length, %s', length)
) from generate_series(1, 4) as length;
select is(
  tests.context(tests.signed(json_build_object('request_id', repeat('r', 300), 'address', repeat('a', 300),
    'user_agent', repeat('u', 600)))),
  row(repeat('r', 200), repeat('a', 64), repeat('u', 512), 'api')::text,
  'but no more of it than can be meant'
);
select is(
  tests.context(forged), row(null, null, 'curl/8', 'direct')::text,
  'forged: ' || how
) from (values
  ('no mark', split_part(tests.signed(tests.said()), '.', 1)),
  ('an empty mark', split_part(tests.signed(tests.said()), '.', 1) || '.'),
  ('another mark', split_part(tests.signed(tests.said()), '.', 1) || '.' || repeat('0', 64)),
  ('a mark in capitals', split_part(tests.signed(tests.said()), '.', 1) || '.'
    || upper(split_part(tests.signed(tests.said()), '.', 2))),
  ('a mark with something behind it', tests.signed(tests.said()) || '0'),
  ('a second mark', tests.signed(tests.said()) || '.' || split_part(tests.signed(tests.said()), '.', 2)),
  ('a mark of something else', 'e30.' || split_part(tests.signed(tests.said()), '.', 2)),
  ('an unkeyed hash', 'e30.' || encode(sha256(sha256('e30')), 'hex')),
  ('no base64', '!.' || repeat('0', 64)),
  ('nothing', ''),
  ('too much', repeat('a', 9000)),
  ('too much, though signed', tests.signed(json_build_object('request_id', repeat('r', 6500))))
) as attempt (how, forged);
select is(tests.context(null), row(null, null, 'curl/8', 'direct')::text, 'a direct call has no context');
select tests.request('{}');
select results_eq(
  'select * from app.request_context()', $$ values (null::text, null::text, null::text, 'direct') $$,
  'nor has one without any header'
);

select tests.become('service');
select matches(public.context_key(), '^[0-9a-f]{64}$', 'the functions learn the key, which has 32 bytes');
select tests.become('amy');
select throws_ok('select public.context_key()', '42501', null, 'an admin does not');
select throws_ok('table app.context_key', '42501', null, 'and does not read it');

select * from finish();
rollback;
