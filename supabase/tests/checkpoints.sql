begin;
\ir helpers.psql
select plan(59);

-- A log of our own, from its first entry on: 10 entries in each of the last five months but this one.
select tests.operate();
set constraints all immediate;
create function tests.month(ago int) returns timestamptz
language sql stable security definer as $$ select (app.this_month() - make_interval(months => ago))::timestamp at time zone 'UTC' $$;
create function tests.write(at timestamptz, how_many int default 1) returns void
language sql as $$
  insert into public.audit_log (seq, at, db_role, action, resource_type, outcome, details, via, prev_hash, hash)
  select 0, write.at, 'owner', 'test.happened', 'test', 'succeeded', '{}', 'sql', '', ''
  from generate_series(1, how_many)
$$;
do $$
declare
  kind app.partitioned;
begin
  alter table public.audit_log disable trigger user;
  delete from public.audit_log;
  alter table public.audit_log enable trigger user;
  update app.audit_head set seq = 0, hash = repeat('0', 64), at = '-infinity';
  select * into kind from app.partitioned where name = 'audit_log';
  for ago in reverse 5..1 loop
    perform app.make_partition(kind, (app.this_month() - make_interval(months => ago))::date);
    perform tests.write(tests.month(ago) + interval '1 day', 10);
  end loop;
end;
$$;
create function tests.partitions() returns text[]
language sql stable as $$
  select array_agg(m order by m)::text[] from app.months_of('audit_log') as m where m < app.this_month()
$$;
create function tests.check(since bigint default 1, seq bigint default null, hash text default null) returns text
language sql as $$
  select concat_ws(' ', v ->> 'ok', v ->> 'problem', v ->> 'at_seq', v ->> 'since_seq')
  from app.check_audit_chain(since, seq, hash) as v
$$;
create function tests.sign(seq bigint, hash text default null) returns boolean
language sql security definer as $$
  select public.sign_checkpoint(sign.seq, coalesce(sign.hash, (
    select c.hash from public.audit_checkpoints as c where c.seq = sign.seq)), 'e30.e30.e30', 'key-1')
$$;
create function tests.expire(dry boolean default false) returns bigint
language sql as $$ select (app.expire(dry_run => dry, only_kind => 'audit') -> 'counts' ->> 'audit')::bigint $$;
-- The same after what somebody did who could switch the triggers off, which is then undone.
create function tests.after(tampering text, seq bigint default null, hash text default null) returns text
language plpgsql as $$
declare
  verdict text;
begin
  begin
    alter table public.audit_log disable trigger user;
    alter table public.audit_checkpoints disable trigger user;
    execute tampering;
    alter table public.audit_log enable trigger user;
    verdict := tests.check(seq => after.seq, hash => after.hash) || ', expires ' || coalesce(tests.expire()::text, 'nothing');
    raise exception 'undone';
  exception when raise_exception then
    return verdict;
  end;
end;
$$;

select is(tests.check(), 'true 1', 'the log is whole');
select is(tests.expire(true), null, 'nothing expires without a checkpoint');
select is(tests.expire(), null, 'nothing at all');

select tests.become('service');
select results_eq(
  $$ select c ->> 'seq', c ->> 'entries', c ->> 'at' from public.next_checkpoint() as c $$,
  $$ select '10', '10', to_char(tests.month(5) + interval '1 day', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"') $$,
  'the end of each month is a checkpoint, the oldest first'
);
select tests.operate();
select results_eq(
  'select seq, entries from public.audit_checkpoints order by seq',
  'values (10::bigint, 10::bigint), (20, 10), (30, 10), (40, 10), (50, 10)',
  'but a month that nothing came after: that is the end of the log'
);
select is_empty(
  $$ select from public.audit_checkpoints as c join public.audit_log as l using (seq)
     where l.hash <> c.hash or l.at <> c.at $$, 'with what the log says there'
);
select is(tests.expire(), null, 'nothing expires before it was signed');
select results_eq('select count(*) from public.audit_log', 'values (50::bigint)', 'every entry is there');

select tests.become('service');
select is(public.sign_checkpoint(10, repeat('0', 64), 'e30.e30.e30', 'key-1'), false, 'another hash is not signed');
select is(public.sign_checkpoint(11, repeat('0', 64), 'e30.e30.e30', 'key-1'), false, 'nor what is no checkpoint');
select throws_ok(
  format('select public.sign_checkpoint(10, %L, %L, %L)', repeat('0', 64), signature, kid), 'PT400', 'invalid_request', what
) from (values ('', 'k', 'a signature says something'), (null, 'k', 'there is one'), ('e30.e30', 'k', 'of three parts'),
  ('e30.e30.e30', '', 'by a key'), ('e30.e30.e30', null, 'that is named'),
  ('e30.' || repeat('x', 4096) || '.e30', 'k', 'of a length')) as v (signature, kid, what);
select is(tests.sign(10), true, 'a checkpoint is signed');
select is(tests.sign(10), false, 'once');
select is(public.next_checkpoint() ->> 'seq', '20', 'the next one waits');
select tests.operate();
select throws_ok(
  'update public.audit_checkpoints set ' || change, '42501', null, 'what was signed stays: ' || change
) from unnest(array['seq = seq + 100', 'hash = repeat(''0'', 64)', 'at = now()', 'entries = 1',
  $$ signature = 'e31.e30.e30' where signature is not null $$]) as change;
select throws_ok('delete from public.audit_checkpoints', '42501', null, 'and is there');
select throws_ok('truncate public.audit_checkpoints', '42501', null, 'all of it');

select is(tests.expire(true), 10::bigint, 'a dry run says how many entries would go');
select is(tests.check(), 'true 1', 'and leaves them');
select is(
  tests.after('update public.audit_log set resource_id = ''x'' where seq = 3'), 'false edited 3 1, expires nothing',
  'a log that was edited does not expire'
);
select is(
  tests.after('update public.audit_log set at = at + interval ''1 s'' where seq = 10'),
  'false edited 10 1, expires nothing', 'not even at its checkpoint'
);
select is(
  tests.after('delete from public.audit_log where seq <= 3'), 'false missing 1 1, expires nothing',
  'nor one whose beginning is gone'
);
savepoint whole;
insert into app.expiry_marks (name, after) values ('audit', '10');
alter table public.audit_log disable trigger user;
delete from public.audit_log where seq = 4;
alter table public.audit_log enable trigger user;
select is(tests.expire(), null, 'an entry that is removed once its month was looked at keeps the rest of it');
select is_empty('table app.expiry_marks', 'it is looked at anew');
select is(tests.expire(), null, 'and found not whole');
rollback to savepoint whole;
select is(tests.expire(), 10::bigint, 'a month expires up to its checkpoint');
select is(cardinality(tests.partitions()), 4, 'as a partition');
select is(tests.expire(), null, 'and no further');
select results_eq(
  $$ select action, details -> 'counts' ->> 'audit', jsonb_array_length(details -> 'partitions') from tests.entries() $$,
  $$ values ('retention.applied', '10', 1) $$, 'that is part of the log'
);
select is(tests.check(), 'true 11', 'which is whole, from the checkpoint on');
select results_eq(
  $$ select (c ->> 'seq')::bigint, c ->> 'hash', c ->> 'signature'
     from json_extract_path(app.check_audit_chain(), 'checkpoint') as c $$,
  $$ select seq, hash, signature from public.audit_checkpoints where seq = 10 $$, 'of which it says that it begins there'
);
select is(tests.check(15), 'true 15', 'from any later entry, too');
select is(tests.check(seq => 10, hash => (select hash from public.audit_checkpoints where seq = 10)), 'true 11',
  'what somebody kept of its end still is true');
select is(tests.check(seq => 10, hash => repeat('1', 64)), 'false edited 10 11', 'and something else is not');
select is(tests.check(seq => 5, hash => repeat('1', 64)), 'true 11', 'of what has expired nobody knows any more');
select results_eq(
  $$ select (app.check_audit_chain(1, seq, repeat('1', 64)) ->> 'compared')::boolean
     from unnest(array[null, 5, 10, 11, 50, 51]) with ordinality as kept (seq, nth) order by nth $$,
  'values (false), (false), (true), (true), (true), (true)',
  'and it is said that nothing was compared, where nothing is known'
);
select is(
  tests.after('delete from public.audit_log where seq <= 13'), 'false missing 11 11, expires nothing',
  'a beginning that is gone without a checkpoint is missing'
);
select is(
  tests.after('update public.audit_log set resource_id = ''x'' where seq = 11;
    update public.audit_log as l set hash = app.audit_hash(l) where seq = 11'), 'false edited 11 11, expires nothing',
  'a first entry that was edited is found'
);
select is(
  tests.after('update public.audit_log set prev_hash = repeat(''0'', 64) where seq = 11;
    update public.audit_log as l set hash = app.audit_hash(l) where seq = 11'), 'false edited 10 11, expires nothing',
  'or one that does not follow the checkpoint'
);
select is(
  tests.after('delete from public.audit_log where seq > 45;
    update app.audit_head set (seq, hash) = (select seq, hash from public.audit_log order by seq desc limit 1)'),
  'false truncated 46 11, expires nothing', 'an end that was cut off with the head lacks what was signed there'
);
create function tests.rewrite() returns void
language plpgsql as $$
declare
  entry public.audit_log;
begin
  for entry in select * from public.audit_log where seq >= 15 order by seq loop
    entry.prev_hash := (select hash from public.audit_log where seq = entry.seq - 1);
    entry.hash := app.audit_hash(entry);
    update public.audit_log set prev_hash = entry.prev_hash, hash = entry.hash where seq = entry.seq;
  end loop;
  update app.audit_head set hash = (select hash from public.audit_log order by seq desc limit 1);
end;
$$;
select is(
  tests.after('update public.audit_log set resource_id = ''x'' where seq = 15; select tests.rewrite()'),
  'false edited 20 11, expires nothing', 'a log that was written anew, head and all, lacks it, too'
);
select is(
  tests.after('delete from public.audit_checkpoints where seq = 10'), 'false missing 1 1, expires nothing',
  'without its checkpoint the beginning is missing'
);

select tests.sign(seq) from public.audit_checkpoints where signature is null order by seq;
update public.retention set keep_days = 30 where kind = 'audit';
insert into public.legal_holds (kind, target, reason, since, until, created_by)
values ('incident', tests.id('flood'), 'x', tests.month(3), tests.month(3) + interval '1 hour', tests.id('amy'));
select is(tests.expire(), 10::bigint, 'what is before a hold expires');
select is(tests.expire(), null, 'what is held does not, and nothing after it');
update public.legal_holds set released_at = now(), released_by = tests.id('amy');
select is((select sum(tests.expire()) from generate_series(1, 3)), 20::numeric, 'what was held expires when it is not');
select is(tests.check(), 'true 41', 'and the log is whole');
update public.retention set keep_days = null where kind = 'audit';
select is(tests.expire(), null, 'what is kept for ever does not expire');

select tests.become('amy');
select is((select count(*)::int from public.audit_checkpoints), 5, 'who may audit sees checkpoints');
select throws_ok($$ select public.next_checkpoint() $$, '42501', null, 'and does not sign them');
select tests.become('ann');
select is_empty('table public.audit_checkpoints', 'others do not');

select * from finish();
rollback;
