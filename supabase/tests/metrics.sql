begin;
\ir helpers.psql
select plan(35);

-- Whatever was counted before.
delete from app.counts;
delete from app.counters;
delete from app.metric_batches;
delete from app.gauges;

-- How much of a counter there is, and of a histogram how often it was met.
create function tests.counted(name text, labels jsonb default '{}') returns float8
language sql security definer as $$
  select coalesce(sum(case when cardinality(c.sums) = 1 then c.sums[1]
    else (select sum(met) from unnest(c.sums[2:]) as met) end), 0)
  from app.counted() as c where c.name = counted.name and c.labels @> counted.labels
$$;
create function tests.batch(id text, series text default '[]', gauges text default '{}') returns text
language sql as $$
  select format('{"id": "%s", "isolate": "%s", "series": %s, "gauges": %s}', tests.id(id),
    tests.id('isolate'), series, gauges)
$$;
create function tests.series(name text, sums text, labels text default '{}') returns text
language sql as $$
  select format('[{"name": "%s", "labels": %s, "sums": %s}]', name, labels, sums)
$$;
create function tests.gauge(name text) returns float8
language sql security definer as $$
  select (g ->> 'value')::float8 from jsonb_array_elements(app.gauged()) as g
  where g ->> 'name' = gauge.name
$$;

-- Runs.
select tests.agent('ann', 'weather');
select tests.become('service');
select tests.start('ann', 'weather', 'one');
select tests.start('ann', 'weather', 'two');
select is(tests.gauge('cloister_runs_running'), 2::float8, 'what runs is a gauge');
select is(tests.counted('cloister_runs_total'), 0::float8, 'a run that goes on is not counted');
select public.settle_run(tests.run_id('one'), '{"status": "succeeded", "usage": "{\"cpu_ms\": 30}"}');
select is(tests.counted('cloister_runs_total', '{"status": "succeeded", "trigger": "request"}'), 1::float8,
  'a run that ended is counted by how it ended');
select is(tests.counted('cloister_run_duration_seconds'), 1::float8, 'with how long it took');
select is(tests.counted('cloister_run_cpu_seconds'), 1::float8, 'and what it spent');
select public.settle_run(tests.run_id('one'), '{"status": "failed"}');
select is(tests.counted('cloister_runs_total'), 1::float8, 'once, however often it is settled');
select tests.operate();
delete from public.runs;
select is(tests.counted('cloister_runs_total'), 1::float8, 'and for good, whatever retention takes');

-- Isolates.
select tests.become('service');
select ok(public.record_metrics(tests.batch('a', tests.series('cloister_x_total', '[2]', '{"function": "execute"}'))),
  'an isolate''s counts are added');
select ok(not public.record_metrics(tests.batch('a', tests.series('cloister_x_total', '[2]', '{"function": "execute"}'))),
  'a batch that came before says so');
select is(tests.counted('cloister_x_total'), 2::float8, 'and counts once');
select public.record_metrics(tests.batch('b', tests.series('cloister_x_total', '[3]', '{"function": "execute"}')));
select is(tests.counted('cloister_x_total', '{"function": "execute"}'), 5::float8, 'isolates add up');
select tests.operate();
-- Now and then whoever reports makes short what is there, so these are counted here.
insert into app.counts (name, labels, sums)
select 'cloister_x_total', '{"function": "execute"}', array[0] from generate_series(1, 2);
select is(app.fold_counts(1), 1, 'what was counted is made short, some at a time');
select is(tests.counted('cloister_x_total'), 5::float8, 'and says the same in between');
select app.fold_counts();
select is(tests.counted('cloister_x_total'), 5::float8, 'and after');
select is_empty('select * from app.counts', 'nothing is left to be made short');
select tests.become('service');
select public.record_metrics(tests.batch('c', tests.series('cloister_x_total', '[1]', '{"function": "execute"}')));
select tests.operate();
select app.tidy_metrics();
select is(tests.counted('cloister_x_total'), 6::float8, 'what is short goes on growing');
update app.metric_batches set at = now() - interval '3 hours' where id = tests.id('a');
select app.tidy_metrics();
select is((select count(*) from app.metric_batches), 2::bigint, 'batches are forgotten when none comes again');

-- What is none of ours.
select tests.become('service');
select throws_ok(format('select public.record_metrics(%L)', tests.batch('d', series)), 'PT400', 'invalid_request', why)
from (values
  (tests.series('cloister_x_total', '[-1]'), 'a counter never goes back'),
  (tests.series('cloister_x_total', '["NaN"]'), 'nor to what is no number'),
  (tests.series('cloister_x_total', '["Infinity"]'), 'nor beyond all'),
  (tests.series('x_total', '[1]'), 'a name that is not ours'),
  (tests.series('cloister_x_total', '[1]', '{"user": "a b"}'), 'a label that is no word'),
  (tests.series('cloister_x_total', '[1]', '{"a": "1", "b": "1", "c": "1", "d": "1", "e": "1"}'), 'too many labels'),
  (tests.series('cloister_x_total', '[]'), 'no sum at all'),
  ('{}', 'no list')
) as odd (series, why);
select throws_ok($$ select public.record_metrics('{}') $$, 'PT400', 'invalid_request', 'nothing at all');

-- Gauges.
select public.record_metrics(tests.batch('e', '[]', '{"cloister_pool_taken": 2}'));
select is(tests.gauge('cloister_pool_taken'), 2::float8, 'an isolate says how it stands with it');
select tests.operate();
update app.gauges set at = now() - interval '2 minutes';
select is(tests.gauge('cloister_pool_taken'), null, 'until it has been silent for a minute');

-- Who may.
select tests.become('ann');
select throws_ok('select public.read_metrics()', 'PT403', 'forbidden', 'metrics are not for everybody');
select throws_ok('select public.collect_metrics()', '42501', null, 'and not by another way');
select throws_ok($$ select public.record_metrics('{}') $$, '42501', null, 'nobody counts but our functions');
select tests.become('anon');
select throws_ok('select public.read_metrics()', '42501', null, 'nor for strangers');
select tests.become('amy');
select lives_ok('select public.read_metrics()', 'an administrator reads them');
select tests.key('amy', 'prometheus', array['metrics:read']);
select tests.become_key('amy', 'prometheus');
select lives_ok('select public.read_metrics()', 'and so does a key that may nothing else');
select throws_ok($$ select public.require_permission('admin') $$, 'PT403', 'forbidden', 'which it may not');

select * from finish();
rollback;
