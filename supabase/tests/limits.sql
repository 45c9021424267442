begin;
\ir helpers.psql
select plan(40);

-- A moment in the middle of a window can be chosen by choosing its length; so tests shift the rows instead.
create function tests.take(charges text) returns text
language sql as $$
  select string_agg(concat_ws(' ', c ->> 'success', c ->> 'remaining'), ', ' order by place)
  from json_array_elements(public.take_tokens(charges)) with ordinality as c (c, place)
$$;
create function tests.charge(bucket text, quota int, cost int default 1, window_s int default 86400) returns text
language sql as $$
  select json_build_array(json_build_object('bucket', bucket, 'quota', quota, 'window_s', window_s, 'cost', cost))::text
$$;
create function tests.take_all(takes text) returns text
language sql as $$
  select string_agg((select string_agg(concat_ws(' ', c ->> 'success', c ->> 'remaining'), ', ' order by place)
    from json_array_elements(take) with ordinality as c (c, place)), '; ' order by number)
  from json_array_elements(public.take_tokens(takes)) with ordinality as t (take, number)
$$;
-- As if what was taken from a bucket had been taken so many windows ago.
create function tests.age(bucket text, windows int) returns void
language sql security definer as $$
  update app.rate_windows as w set number = w.number - windows where w.bucket = age.bucket
$$;

select tests.become('service');
select is(tests.take(tests.charge('a', 3)), answer, format('token %s', n))
from (values (1, 'true 2'), (2, 'true 1'), (3, 'true 0'), (4, 'false 0'), (5, 'false 0')) as calls (n, answer);
select is(tests.take(tests.charge('b', 3)), 'true 2', 'another bucket is another');
select is(tests.take(tests.charge('a', 5)), 'true 1', 'a quota that grows counts at once: what was refused was not taken');
select is(tests.take(tests.charge('a', 2)), 'false 0', 'and so does one that shrinks');
select is(tests.take(tests.charge('none', 0)), 'false 0', 'a quota of 0 gives nothing');
select is(tests.take(tests.charge('c', 10, 4)), 'true 6', 'a charge may cost more');
select is(tests.take(tests.charge('c', 10, 7)), 'false 6', 'but not more than there is');
select is(tests.take(tests.charge('c', 10, 6)), 'true 0', 'though all of it');
select is(tests.take(tests.charge('d', 1, 0)), 'true 1', 'to look costs nothing');
select is(tests.take(tests.charge('d', 1, 0)), 'true 1', 'and takes nothing');
select is(tests.take(tests.charge('c', 10, 0)), 'false 0', 'it sees when there is nothing left');
select is(tests.take('[{"bucket":"d","quota":2,"window_s":86400}]'), 'true 1', 'a charge that says nothing costs one');

select is(
  tests.take('[{"bucket":"e","quota":5,"window_s":86400},{"bucket":"c","quota":10,"window_s":86400}]'),
  'true 5, false 0', 'where one bucket is empty, none is taken from'
);
select is(
  tests.take('[{"bucket":"f","quota":9,"window_s":86400},{"bucket":"e","quota":5,"window_s":86400}]'),
  'true 8, true 4', 'else from each, in the order that was asked'
);
select ok(
  (c ->> 'reset_ms')::int between 1 and 60000, 'the window''s end is told in milliseconds from now'
) from json_array_elements(public.take_tokens(tests.charge('g', 1, 1, 60))) as c;

-- Windows slide: of the one before, the share that reaches into now still counts.
select is(tests.take(tests.charge('h', 100000, 1000)), 'true 99000', 'a thousand were taken');
select tests.age('h', 1);
select ok(
  abs((public.take_tokens(tests.charge('h', 100000, 0)) -> 0 ->> 'remaining')::int
    - (100000 - 1000 * (1 - extract(epoch from clock_timestamp()) % 86400 / 86400))) <= 1,
  'one window later a share of them still counts'
);
select tests.age('h', 1);
select is(tests.take(tests.charge('h', 100000, 0)), 'true 100000', 'two windows later none');
select is(tests.take(tests.charge('c', 10, 1, 3600)), 'true 9', 'a window of another length begins anew');
select tests.operate();
update app.rate_windows set window_s = 86400, taken = 9, taken_before = 9,
  number = floor(extract(epoch from now()) / 3600)::bigint - case bucket when 'c' then 0 else 1 end
where bucket in ('c', 'd');
select tests.become('service');
select is(tests.take(tests.charge('c', 10, 1, 3600)), 'true 9', 'also where their numbers happen to be the same');
select is(tests.take(tests.charge('d', 10, 1, 3600)), 'true 9', 'or one apart');

-- Many takes in one call are as many calls, one after the other.
select is(
  tests.take_all('[[{"bucket":"i","quota":2,"window_s":86400}],
    [{"bucket":"i","quota":2,"window_s":86400},{"bucket":"j","quota":1,"window_s":86400}],
    [{"bucket":"j","quota":1,"window_s":86400}],
    [{"bucket":"j","quota":3,"window_s":86400},{"bucket":"i","quota":2,"window_s":86400}],
    [{"bucket":"j","quota":3,"window_s":86400}]]'),
  'true 1; true 0, true 0; false 0; true 2, false 0; true 1',
  'many takes in one call are taken one after the other, each from all of its buckets or from none'
);
select throws_ok(
  format('select public.take_tokens(%L)', charges), 'PT400', 'invalid_request', 'refused: ' || charges
) from unnest(array[
  '[]', '[{"quota":1,"window_s":60}]', '[{"bucket":"a","quota":-1,"window_s":60}]', '[{"bucket":"a","quota":1,"window_s":0}]',
  '[{"bucket":"a","quota":1,"window_s":60,"cost":-1}]', '[{"bucket":"","quota":1,"window_s":60}]',
  '[{"bucket":"a","quota":1,"window_s":60},{"bucket":"a","quota":1,"window_s":60}]',
  '[{"bucket":"a","quota":1,"window_s":60,"address":""}]',
  '[[]]', '[[{"bucket":"a","quota":1,"window_s":60}],[{"bucket":"a","quota":1,"window_s":0}]]'
]) as charges;
select throws_ok(
  format('select public.take_tokens(%L)', jsonb_agg(jsonb_build_array(jsonb_build_object('bucket', 'a', 'quota', 9, 'window_s', 60)))),
  'PT400', 'invalid_request', 'refused: more takes than one call may have'
) from generate_series(1, 501);
select is(tests.take(tests.charge('a', 5, 0)), 'true 1', 'and none of them was taken');

select tests.operate();
update app.rate_windows set ends_at = now() - interval '1 s' where bucket <> 'a';
select app.forget_limits();
select results_eq('select bucket from app.rate_windows', array['a'], 'what no longer counts is forgotten');
select tests.become('amy');
select throws_ok($$ select public.take_tokens('[]') $$, '42501', null, 'nobody but the service takes tokens');

select * from finish();
rollback;
