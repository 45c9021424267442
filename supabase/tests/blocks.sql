begin;
\ir helpers.psql
select plan(42);

-- A strike: three of a rule within a minute block, for 60, 300 and 1800 seconds.
create function tests.strike(address text, rule text default 'probing') returns text
language sql as $$
  select concat_ws(' ', s ->> 'offence', round(extract(epoch from (s ->> 'blocked_until')::timestamptz - clock_timestamp())))
  from public.strike_address(address, rule, 3, 60, array[60, 300, 1800]) as s
$$;
create function tests.later(seconds int) returns void
language sql security definer as $$
  update app.blocks set blocked_at = blocked_at - make_interval(secs => seconds),
    blocked_until = blocked_until - make_interval(secs => seconds);
  update app.strikes set times = array(select time - make_interval(secs => seconds) from unnest(times) as time);
$$;

select tests.become('service');
select is(public.find_block('a')::text, null, 'an address that did nothing is not blocked');
select is(tests.strike('a'), '0', 'one strike');
select is(tests.strike('a'), '0', 'two');
select is(tests.strike('a', 'auth_failed'), '0', 'each rule counts alone');
select is(public.find_block('a')::text, null, 'are no block');
select is(tests.strike('a'), '1 60', 'three are, for a minute');
select ok((public.find_block('a') ->> 'blocked_until')::timestamptz > now(), 'it is found');
select is(public.find_block('b')::text, null, 'and hits nobody else');
select is(tests.strike('a'), '0 60', 'what was under way then makes it no longer');
select is(tests.strike('a'), '0 60', 'however much it was') from generate_series(1, 3);

select tests.later(61);
select is(public.find_block('a')::text, null, 'a block ends by itself');
select is(public.list_blocks()::text, '[]', 'and is no longer listed');
select is(tests.strike('a'), '0', 'then strikes count anew');
select tests.strike('a');
select is(tests.strike('a'), '2 300', 'the second block is longer');
select tests.later(301);
select tests.strike('a'), tests.strike('a');
select is(tests.strike('a'), '3 1800', 'the third still longer');
select tests.later(1801);
select tests.strike('a'), tests.strike('a');
select is(tests.strike('a'), '4 1800', 'and from then on as long');
select tests.later(1800 + 86399);
select tests.strike('a'), tests.strike('a');
select is(tests.strike('a'), '5 1800', 'for a day after it ended an offence is remembered');
select tests.later(1800 + 86401);
select tests.strike('a'), tests.strike('a');
select is(tests.strike('a'), '1 60', 'then it is forgotten');

select tests.strike('b'), tests.strike('b');
select tests.later(61);
select is(tests.strike('b'), '0', 'strikes that are older than the window do not count');

select tests.strike('c', 'auth_failed'), tests.strike('c', 'auth_failed'), tests.strike('c', 'auth_failed');
select results_eq(
  $$ select b ->> 'address', b ->> 'rule', b ->> 'offence', (b ->> 'blocked_until')::timestamptz > (b ->> 'blocked_at')::timestamptz
     from json_array_elements(public.list_blocks()) as b $$,
  $$ values ('c', 'auth_failed', '1', true) $$, 'blocks that stand are listed, with their reason'
);
select is(public.find_block('c')::jsonb, public.list_blocks()::jsonb -> 0, 'and found as they are listed');
select is(
  public.take_tokens(format('[{"bucket":"x","quota":9,"window_s":60,"address":%s}]', to_json(address))) #>> '{0,blocked_until}' is not null,
  blocked, 'who takes is told whether ' || address || ' is blocked'
) from (values ('c', true), ('d', false)) as addresses (address, blocked);
select is(public.lift_block('c'), true, 'a block is lifted');
select is(public.find_block('c')::text, null, 'and ended');
select is(public.lift_block('c'), false, 'what stands no more is not lifted');
select is(public.lift_block('nobody'), false, 'nor what never stood');
select tests.strike('c', 'auth_failed'), tests.strike('c', 'auth_failed');
select is(tests.strike('c', 'auth_failed'), '1 60', 'what was lifted does not make the next one longer');

select throws_ok(
  format('select public.strike_address(%s)', wrong), 'PT400', 'invalid_request', 'refused: ' || wrong
) from unnest(array[
  $$ '', 'r', 3, 60, '{60}' $$, $$ null, 'r', 3, 60, '{60}' $$, $$ 'a', 'r', 0, 60, '{60}' $$, $$ 'a', 'r', 3, 0, '{60}' $$,
  $$ 'a', 'r', 3, 60, '{}' $$, $$ 'a', 'r', 3, 60, '{0}' $$
]) as wrong;

select tests.operate();
insert into app.blocks (address, rule, offence, blocked_at, blocked_until)
select 'n' || n, 'probing', 1, now(), now() + make_interval(hours => 2) from generate_series(1, 1000) as n;
select is(json_array_length(public.list_blocks()), 1000, 'a thousand blocks are listed');
select is(public.find_block('c') ->> 'rule', 'auth_failed', 'one that is not listed is found');
delete from app.blocks where address like 'n%';
select app.forget_limits();
select is((select count(*)::int from app.blocks), 2, 'what stands, or ended less than a day ago, is kept');
select tests.later(86400 * 3);
select app.forget_limits();
select is((select count(*)::int from app.blocks) + (select count(*)::int from app.strikes), 0, 'older blocks and strikes are forgotten');
select tests.become('amy');
select throws_ok('select public.list_blocks()', '42501', null, 'an admin sees blocks through the functions alone');
select throws_ok($$ select public.lift_block('a') $$, '42501', null, 'and lifts them there, where it is noted');

select * from finish();
rollback;
