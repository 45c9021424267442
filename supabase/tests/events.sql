begin;
\ir helpers.psql
select plan(27);

-- What the month is called here, and a run's event in it or in another month.
create function tests.month(ahead int) returns text
language sql stable as $$
  select 'run_events_' || to_char(date_trunc('month', now() at time zone 'UTC') + make_interval(months => ahead), 'YYYY_MM')
$$;
create function tests.stray(run text, months int) returns void
language sql as $$
  insert into public.runs (id, owner_id, agent_id, agent_name, version_id, version, status, input, engine, layers,
    limits, ended_at)
  values (tests.run_id(run, now() + make_interval(months => months)), tests.id('ann'), tests.id('agent'), 'weather',
    tests.id('version'), 1, 'lost', '1', 'quickjs', '{}', '{}', now());
  insert into public.run_events (run_id, seq, type, data, owner_id)
  values (tests.run_id(run, now() + make_interval(months => months)), 1, 'run.started', '{}', tests.id('ann'));
$$;
create function tests.homes() returns setof text
language sql as $$
  select relname::text from public.run_events join pg_class on pg_class.oid = run_events.tableoid order by 1
$$;

select tests.agent('ann', 'weather');
select tests.become('service');
select tests.start('ann', 'weather', 'one');

select tests.become('ann');
select results_eq(
  $$ select run_id, seq, type from public.run_events $$,
  $$ select tests.run_id('one'), 1, 'run.started' $$,
  'an owner sees the events of her run'
);
select throws_ok(
  $$ insert into public.run_events (run_id, seq, type, data, owner_id)
     values (tests.run_id('one'), 2, 'log', '1', tests.id('ann')) $$,
  '42501', null, 'not even an owner adds an event'
);
select throws_ok(
  $$ update public.run_events set data = '1' $$, '42501', null,
  'not even an owner edits an event'
);
select throws_ok(
  'delete from public.run_events', '42501', null,
  'not even an owner deletes an event'
);
select throws_ok(
  'table app.run_events_default', '42501', null,
  'the default partition is out of reach'
);
select throws_ok(
  format('table app.%I', tests.month(0)), '42501', null, 'this month''s partition is out of reach'
);

select tests.become('bob');
select is_empty('table public.run_events', 'a stranger sees no event');
select tests.become('vic');
select is_empty('table public.run_events', 'a viewer sees nobody else''s event');
select tests.become('amy');
select is_empty('table public.run_events', 'not even an admin sees somebody else''s event');
select tests.become('anon');
select throws_ok(
  'table public.run_events', '42501', null,
  'an anonymous caller is refused outright'
);
select tests.become('service');
select throws_ok(
  $$ update public.run_events set data = '1' $$,
  '42501', null, 'the service writes events by its functions alone'
);
select throws_ok(
  format('table app.%I', tests.month(0)), '42501', null, 'a partition is out of the service''s reach, too'
);

select tests.operate();
select results_eq(
  'select tests.homes()', array[tests.month(0)], 'an event lies in the partition of its run''s month'
);
select is(
  (select count(*)::int from pg_inherits where inhparent = 'public.run_events'::regclass), 4,
  'there are partitions for this month, two more, and the rest'
);
select is(app.ensure_partitions(2), 0, 'making partitions again makes none');

select tests.stray('later', 5);
select tests.stray('earlier', -2);
select results_eq(
  'select tests.homes()', array[tests.month(0), 'run_events_default', 'run_events_default'],
  'an event without a partition is kept all the same'
);
select is(
  app.ensure_partitions(6), (select 4 * count(*)::int + 1 from app.partitioned),
  'partitions of each table are made for the months ahead, and for strays'
);
select bag_eq(
  'select tests.homes()', array[tests.month(0), tests.month(5), tests.month(-2)], 'strays move into their month'
);
select is_empty(
  $$ select from pg_class as c
     cross join unnest(array['anon', 'authenticated', 'service_role']) as role
     where c.relnamespace = 'app'::regnamespace and c.relname like 'run\_events\_%' and c.relkind = 'r'
       and has_table_privilege(role, c.oid, 'select, insert, update, delete, truncate') $$,
  'nobody is granted anything on any partition'
);
savepoint kept;
delete from public.runs where id = tests.run_id('earlier', now() - interval '2 months');
select bag_eq(
  'select tests.homes()', array[tests.month(0), tests.month(5)], 'a run takes its events along, and no other''s'
);
rollback to savepoint kept;
select tests.become('ann');
select is(
  (select count(*)::int from public.run_events), 3,
  'an owner sees her events in every partition'
);
select tests.operate();
do $$ begin execute format('drop table app.%I', tests.month(5)); end $$;
select is(
  (select count(*)::int from public.run_events), 2,
  'dropping a partition expires its month and no other'
);

select throws_ok(
  $$ insert into public.run_events (run_id, seq, type, data, owner_id)
     values (tests.run_id('none'), 1, 'log', '1', tests.id('ann')) $$,
  '23514', null, 'a run starts, or is queued, before anything else'
);
insert into public.run_events (run_id, seq, type, data, owner_id)
values (tests.run_id('one'), 2, 'run.failed', '1', tests.id('ann'));
select throws_ok(
  $$ insert into public.run_events (run_id, seq, type, data, owner_id)
     values (tests.run_id('one'), 3, 'run.succeeded', '1', tests.id('ann')) $$,
  '23505', null, 'whatever writes, a run has one ending'
);
select throws_ok(
  $$ insert into public.run_events (run_id, seq, type, data, owner_id)
     values (tests.run_id('one'), 3, 'Not A Type', '1', tests.id('ann')) $$,
  '23514', null, 'a type is words with dots between'
);

delete from app.role_permissions where permission = 'agents:read';
select tests.become('ann');
select is_empty('table public.run_events', 'an owner whose role may not read sees nothing');

select tests.operate();
delete from auth.users where id = tests.id('ann');
select is_empty('table public.run_events', 'a user takes her events along');

select * from finish();
rollback;
