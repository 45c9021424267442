begin;
\ir helpers.psql
select plan(97);

select tests.operate();
set constraints all immediate;
select app.audit('test.happened', 'test', n::text) from generate_series(1, 20) as n;

-- What the check says: whether it is whole, what is wrong, and where, counted from entry 10 as 0.
create function tests.base() returns bigint
language sql as $$ select seq - 10 from public.audit_log where resource_id = '10' and action = 'test.happened' $$;
create table tests.kept as select tests.base() + 10 as zero, h.seq, h.hash from app.audit_head as h;
create function tests.verdict(
  since bigint default 1, seq bigint default null, hash text default null, until bigint default null
) returns text
language sql as $$
  select concat_ws(' ', v ->> 'ok', v ->> 'problem', (v ->> 'at_seq')::bigint - zero)
  from app.check_audit_chain(since, seq, hash, until) as v, tests.kept
$$;
-- The same after what somebody did who could switch the triggers off, which is then undone.
create function tests.after(
  tampering text, since bigint default 1, expected boolean default false, until bigint default null
) returns text
language plpgsql as $$
declare
  verdict text;
begin
  begin
    alter table public.audit_log disable trigger user;
    execute tampering;
    verdict := case when expected then (
      select tests.verdict(after.since, k.seq, k.hash, after.until) from tests.kept as k)
      else tests.verdict(after.since, until => after.until) end;
    raise exception 'undone';
  exception when raise_exception then
    return verdict;
  end;
end;
$$;
-- An entry with the hash that fits what it says, as somebody would forge it.
create function tests.rehash(since bigint) returns void
language plpgsql as $$
declare
  entry public.audit_log;
begin
  for entry in select * from public.audit_log where seq >= since order by seq loop
    entry.prev_hash := coalesce((select hash from public.audit_log where seq = entry.seq - 1), repeat('0', 64));
    entry.hash := app.audit_hash(entry);
    update public.audit_log set prev_hash = entry.prev_hash, hash = entry.hash where seq = entry.seq;
  end loop;
end;
$$;
create function tests.at(place int) returns bigint
language sql as $$ select zero + place from tests.kept $$;

select is(tests.verdict(), 'true', 'a log that nobody touched is whole');
select is((select app.check_audit_chain() ->> 'checked'), (select seq::text from app.audit_head), 'all of it');
select is(tests.verdict(tests.at(5)), 'true', 'from any entry on');
select is((select app.check_audit_chain(tests.at(5)) ->> 'checked')::int, 6, 'which is counted');
select results_eq(
  $$ select (v ->> 'head_seq')::bigint, v ->> 'head_hash' from app.check_audit_chain() as v $$,
  'select seq, hash from app.audit_head', 'its end is told, to be remembered'
);
select is((select tests.verdict(1, seq, hash) from tests.kept), 'true', 'what was remembered is there');
select is((select tests.verdict(1, seq, upper(hash)) from tests.kept), 'true', 'however its hash is written');
select app.audit('test.later', 'test', null);
select is((select tests.verdict(1, seq, hash) from tests.kept), 'true', 'and still, when more has come');

select is(
  tests.after(format('update public.audit_log set %s where seq = tests.at(0)', change)), 'false edited 0',
  'an entry is edited: ' || change
) from unnest(array[
  $$ at = at + interval '1 ms' $$, 'actor_id = tests.id(''bob'')', 'key_id = tests.id(''bob'')', $$ db_role = 'x' $$,
  $$ action = 'a.b' $$, $$ resource_type = 'x' $$, $$ resource_id = 'x' $$, $$ outcome = 'denied' $$,
  $$ details = '{"a":1}' $$, $$ request_id = 'x' $$, $$ address = 'x' $$, $$ user_agent = 'x' $$, $$ via = 'api' $$,
  $$ policy_hash = 'x' $$, 'prev_hash = repeat(''0'', 64)', $$ hash = repeat('0', 64) $$
]) as change;
select is(
  tests.after($$ update public.audit_log set resource_id = 'x' where seq = tests.at(0);
    update public.audit_log as l set hash = app.audit_hash(l) where seq = tests.at(0) $$),
  'false edited 0', 'an entry is edited and given a hash that fits'
);
select is(
  tests.after($$ update public.audit_log set resource_id = 'x' where seq = 1;
    update public.audit_log as l set hash = app.audit_hash(l) where seq = 1 $$),
  'false edited ' || 1 - tests.at(0), 'or the very first one'
);
select is(
  tests.after($$ update public.audit_log set resource_id = 'x' where seq = tests.at(0); select tests.rehash(tests.at(0)) $$),
  'false edited 11', 'an entry is edited and all after it hashed anew: the head knows'
);
select is(
  tests.after($$ update public.audit_log set resource_id = 'x' where seq = tests.at(0); select tests.rehash(tests.at(0));
    update app.audit_head set hash = (select hash from public.audit_log order by seq desc limit 1) $$, expected => true),
  'false edited 10', 'and if the head is written anew, too, so does who kept a hash'
);
select is(
  tests.after('delete from public.audit_log where seq = tests.at(0)'), 'false missing 0', 'an entry is removed'
);
select is(
  tests.after('delete from public.audit_log where seq between tests.at(0) and tests.at(3)'), 'false missing 0',
  'or several'
);
select is(tests.after('delete from public.audit_log where seq <= 2'), 'false missing ' || 1 - tests.at(0), 'or the first ones');
select is(
  tests.after($$ delete from public.audit_log where seq = tests.at(0);
    update public.audit_log set seq = -seq where seq > tests.at(0);
    update public.audit_log set seq = -seq - 1 where seq < 0 $$),
  'false missing 0', 'or one, and those after it moved up'
);
select is(
  tests.after('delete from public.audit_log where seq = tests.at(4)', tests.at(5)), 'false missing 4',
  'or the one before those that are looked at'
);
create function tests.swap(a int, b int) returns text
language sql as $$
  select format('update public.audit_log set seq = -1 where seq = %1$s; update public.audit_log set seq = %1$s
    where seq = %2$s; update public.audit_log set seq = %2$s where seq = -1', tests.at(a), tests.at(b))
$$;
select is(tests.after(tests.swap(0, 1)), 'false reordered 0', 'two neighbours change places');
select is(tests.after(tests.swap(0, 5)), 'false reordered 0', 'or two that lie apart');
select is(
  tests.after(tests.swap(0, 1) || '; select tests.rehash(tests.at(0))'), 'false edited 11',
  'or two, and all after them is hashed anew'
);
select is(
  tests.after('delete from public.audit_log where seq > tests.at(5)'), 'false truncated 6', 'the end is cut off'
);
select is(
  tests.after($$ delete from public.audit_log where seq > tests.at(5);
    update app.audit_head set (seq, hash) = (select seq, hash from public.audit_log order by seq desc limit 1) $$),
  'true', 'an end that was cut off with the head leaves no trace in the log itself'
);
select is(
  tests.after($$ delete from public.audit_log where seq > tests.at(5);
    update app.audit_head set (seq, hash) = (select seq, hash from public.audit_log order by seq desc limit 1) $$,
    expected => true),
  'false truncated 6', 'but who kept a number knows'
);
select is(tests.after('delete from public.audit_log'), 'false truncated ' || 1 - tests.at(0), 'everything is removed');
select is(
  tests.after('update app.audit_head set seq = seq - 1'), 'false edited 11', 'the head is edited'
);
select is(tests.after('delete from app.audit_head'), 'false edited 11', 'or removed');
select is(tests.verdict(tests.at(50)), 'false truncated 12', 'a log that ends before where to begin is cut off');
select is(tests.verdict(), 'true', 'what was undone is whole again');

-- Stretch by stretch: from entry 0 to entry 5, where what somebody kept is entry 10.
create function tests.stretch(tampering text, since int default 0, until int default 5, expected boolean default false)
returns text
language sql as $$ select tests.after(tampering, tests.at(since), expected, tests.at(until)) $$;
select results_eq(
  $$ select (v ->> 'checked')::int, (v ->> 'since_seq')::bigint, (v ->> 'until_seq')::bigint, (v ->> 'head_seq')::bigint
     from app.check_audit_chain(tests.at(0), until_seq => tests.at(5)) as v $$,
  'select 6, tests.at(0), tests.at(5), seq from app.audit_head', 'a stretch is checked, and says how far it goes'
);
select is(tests.verdict(tests.at(0), until => tests.at(99)), 'true', 'one may reach beyond the end');
select is((select app.check_audit_chain(tests.at(0), until_seq => tests.at(99)) ->> 'until_seq')::bigint, tests.at(11), 'and ends there');
select is((select app.check_audit_chain(tests.at(12), until_seq => tests.at(99)) ->> 'checked')::int, 0, 'what comes after the end is nothing yet');
select is(tests.verdict(tests.at(13), until => tests.at(99)), 'false truncated 12', 'what comes after that was cut off');
select is((select tests.verdict(tests.at(0), seq, hash, tests.at(5)) from tests.kept), 'true', 'what was remembered is there, wherever it is');
select is((select tests.verdict(seq + 1, seq, hash, seq + 1) from tests.kept), 'true', 'so one goes on from the last head that one kept');
select is(tests.verdict(seq + 1, seq, repeat('0', 64), seq + 1), 'false edited 10', 'which is a lie if it is another') from tests.kept;
select is(
  tests.stretch(format('update public.audit_log set resource_id = %L where seq = tests.at(%s)', 'x', place)),
  case when place between 0 and 5 then 'false edited ' || place else 'true' end,
  format('an entry is edited: %s of a stretch from 0 to 5', place)
) from unnest(array[-1, 0, 3, 5, 6]) as place;
select is(
  tests.stretch(format('delete from public.audit_log where seq = tests.at(%s)', place)),
  case when place between -1 and 5 then 'false missing ' || place else 'true' end,
  format('an entry is removed: %s of a stretch from 0 to 5', place)
) from unnest(array[-2, -1, 0, 3, 5, 6]) as place;
select is(tests.stretch('delete from public.audit_log where seq between tests.at(0) and tests.at(5)'), 'false missing 0', 'or all of them');
select is(tests.stretch('delete from public.audit_log where seq between tests.at(4) and tests.at(8)'), 'false missing 4', 'or its end');
select is(
  tests.stretch($$ update public.audit_log set resource_id = 'x' where seq = tests.at(-1); select tests.rehash(tests.at(-1));
    update public.audit_log set prev_hash = repeat('0', 64) where seq = tests.at(0) $$), 'false edited 0',
  'the first entry of a stretch links to the one before it'
);
select is(
  tests.stretch($$ update public.audit_log set resource_id = 'x' where seq = tests.at(-1);
    update public.audit_log as l set hash = app.audit_hash(l) where seq = tests.at(-1) $$), 'false edited -1',
  'and shows that that one was edited and given a hash that fits'
);
select is(tests.stretch(tests.swap(5, 6)), 'false reordered 5', 'nor does its last one change places unseen');
select is(
  tests.stretch('delete from public.audit_log where seq > tests.at(8)'), 'true', 'that the end is cut off is not seen before it'
);
select is(tests.stretch('delete from public.audit_log where seq > tests.at(8)', until => 8), 'false truncated 9', 'but there');
select is(tests.stretch('delete from public.audit_log where seq > tests.at(3)'), 'false truncated 4', 'and where it was');
select is(
  tests.stretch($$ delete from public.audit_log where seq > tests.at(8);
    update app.audit_head set (seq, hash) = (select seq, hash from public.audit_log order by seq desc limit 1) $$, expected => true),
  'false truncated 9', 'unless somebody kept a number, who knows at once'
);
select is(
  tests.stretch($$ update public.audit_log set resource_id = 'x' where seq = tests.at(0); select tests.rehash(tests.at(0));
    update app.audit_head set hash = (select hash from public.audit_log order by seq desc limit 1) $$, expected => true),
  'false edited 10', 'or a hash'
);

select tests.become('amy');
select is(public.verify_audit_chain() ->> 'ok', 'true', 'who may audit may verify');
select is(public.verify_audit_chain(2, until_seq => 3) ->> 'checked', '2', 'a stretch, too');
select throws_ok(statement, 'PT400', 'invalid_request', 'nobody verifies ' || what)
from (values
  ('from nowhere on', 'select public.verify_audit_chain(0)'),
  ('from null on', 'select public.verify_audit_chain(null)'),
  ('backwards', 'select public.verify_audit_chain(5, until_seq => 4)'),
  ('a number without a hash', 'select public.verify_audit_chain(1, 5)'),
  ('a hash without a number', $$ select public.verify_audit_chain(expected_hash => 'ab') $$)
) as attempt (what, statement);
select throws_ok('select app.check_audit_chain()', '42501', null, 'the operator''s way is the operator''s');
select lives_ok(
  $$ select public.audit_note('block.lifted', 'address', '192.0.2.1', '{"offence":2}') $$, 'an admin notes what they did'
);
select results_eq(
  'select actor_id, action, resource_id, details from tests.entries()',
  $$ select tests.id('amy'), 'block.lifted', '192.0.2.1', '{"offence":2}'::jsonb $$, 'and it is in the log'
);
select throws_ok(statement, 'PT400', 'invalid_request', 'nobody notes ' || what)
from (values
  ('what a trigger should', $$ select public.audit_note('role.assigned', 'user') $$),
  ('nothing', $$ select public.audit_note(null, 'user') $$),
  ('something without a type', $$ select public.audit_note('block.lifted', null) $$),
  ('too much', $$ select public.audit_note('block.lifted', 'address', null,
    jsonb_build_object('a', repeat('x', 4096))) $$),
  ('what is no object', $$ select public.audit_note('block.lifted', 'address', null, '[]') $$),
  ('null', $$ select public.audit_note('block.lifted', 'address', null, null) $$),
  ('a fraction', $$ select public.audit_note('block.lifted', 'address', null, '{"a":[{"b":1.0}]}') $$),
  ('a number beyond a double', $$ select public.audit_note('block.lifted', 'address', null, '{"a":9007199254740993}') $$)
) as attempt (what, statement);

select tests.operate();
insert into app.role_permissions values ('viewer', 'audit:read');
select tests.become('vic');
select lives_ok($$ select public.audit_note('audit.exported', 'audit') $$, 'who may audit notes an export');
select throws_ok(
  $$ select public.audit_note('block.lifted', 'address') $$, 'PT403', 'forbidden', 'and nothing that needs an admin'
);
select tests.become('ann');
select throws_ok('select public.verify_audit_chain()', 'PT403', 'forbidden', 'others do not verify');
select throws_ok($$ select public.audit_note('audit.exported', 'audit') $$, 'PT403', 'forbidden', 'and note nothing');
select tests.become('anon');
select throws_ok('select public.verify_audit_chain()', '42501', null, 'nor does an anonymous caller');
select tests.become('service');
select throws_ok('select public.verify_audit_chain()', '42501', null, 'nor the service');

select * from finish();
rollback;
