begin;
\ir helpers.psql
select plan(24);

select is(app.robust_z(value, earlier::float8[])::numeric(9, 3), expected, meaning)
from (values
  (3, '{1,2,3,4,5}', 0, 'the middle is no deviation away from itself'),
  (10, '{1,2,3,4,5}', 4.722, 'a score is 0.6745 of the distance over the median deviation'),
  (10, '{1,2,3,4,1000000}', 4.722, 'one wild value changes neither middle nor deviation'),
  (-4, '{1,2,3,4,5}', -4.722, 'below is negative'),
  (6, '{2,2,2,2,7}', 3.192, 'where most are equal the mean deviation counts')
) as example (value, earlier, expected, meaning);
select is(app.robust_z(3, '{2,2,2}'), 'Infinity', 'where all are equal, more is infinitely far');
select is(app.robust_z(2, '{2,2,2}'), 0::float8, 'the same is not');
select is(app.robust_z(1, '{2,2,2}'), '-Infinity', 'and less is on the other side');

-- Runs of a person so many full hours ago, some of which failed.
create function tests.hour(who text, hours_ago int, runs int, failed int default 0) returns void
language sql as $$
  insert into public.runs (id, owner_id, agent_id, agent_name, version_id, version, status, input, engine, layers,
    limits, created_at, ended_at)
  select overlay(app.uuid7_floor(at)::text placing '7' || right(gen_random_uuid()::text, 21) from 15)::uuid,
    tests.id(who), tests.id('agent'), 'agent', tests.id('version'), 1,
    case when n <= failed then 'failed' else 'succeeded' end, '1', 'quickjs', '{}', '{}', at, at
  from generate_series(1, runs) as n, (
    select date_trunc('hour', now()) - make_interval(hours => hours_ago) + interval '1 minute' as at
  ) as moment
$$;
create function tests.found() returns text
language sql as $$
  select string_agg(u.email || ' ' || (e.data ->> 'metric'), ', ' order by u.email, e.data ->> 'metric')
  from public.security_events as e join auth.users as u on u.id = e.user_id where e.type = 'anomaly'
$$;
create function tests.look() returns text
language plpgsql as $$
begin
  perform public.detect_anomalies();
  return tests.found();
end;
$$;
-- Undoes what was done in between.
create function tests.given(made text) returns text
language plpgsql as $$
declare
  found_then text;
begin
  begin
    execute made;
    found_then := tests.look();
    raise exception 'undone';
  exception when raise_exception then
    return found_then;
  end;
end;
$$;

select tests.hour('ann', ago, 4 + ago % 3) from generate_series(2, 31) as ago;
select tests.hour('bob', ago, 12) from generate_series(2, 31) as ago;
select tests.hour('vic', ago, 1) from generate_series(2, 24) as ago;
select is(tests.look(), null, 'who does nothing is not unusual');
select is(tests.given($$ select tests.hour('ann', 1, 40) $$), 'ann@example.test run_rate', 'a spike is found');
select is(tests.given($$ select tests.hour('ann', 0, 40) $$), null, 'once its hour is over');
select is(tests.given($$ select tests.hour('bob', 1, 12) $$), null, 'steady use is not unusual');
select is(tests.given($$ select tests.hour('bob', 1, 14) $$), null, 'nor is a little more of it');
select is(tests.given($$ select tests.hour('bob', 1, 24) $$), 'bob@example.test run_rate', 'but twice as much of what never changed is');
select is(tests.given($$ select tests.hour('vic', 1, 40) $$), null, 'a newcomer has no usual: 23 hours are too few');
select is(
  tests.given($$ select tests.hour('vic', 25, 1); select tests.hour('vic', 1, 40) $$), 'vic@example.test run_rate', '24 are enough'
);
select is(tests.given($$ select tests.hour('vic', 25, 1); select tests.hour('vic', 1, 9) $$), null, 'nine runs say nothing');
select is(
  tests.given($$ select tests.hour('vic', 340, 1); select tests.hour('vic', 1, 40) $$), null, 'what is older than two weeks is forgotten'
);
select is(tests.given($$ select tests.hour('bob', 1, 12, 12) $$), 'bob@example.test failure_rate', 'failures are found');
select is(tests.given($$ select tests.hour('bob', 1, 12, 2) $$), null, 'a few are not unusual');

select tests.hour('ann', 1, 40, 30);
select is(tests.look(), 'ann@example.test failure_rate, ann@example.test run_rate', 'both may be unusual');
select is(tests.look(), 'ann@example.test failure_rate, ann@example.test run_rate', 'and each is noted once, however often one looks');
select results_eq(
  $$ select rule, subject, count from public.alerts $$, $$ select 'anomaly', tests.id('ann')::text, 2::bigint $$,
  'which is one alert'
);
select results_eq(
  $$ select data - array['hour', 'z'] from public.security_events order by data ->> 'metric' $$,
  $$ values ('{"metric":"failure_rate","value":0.75,"usual":0}'::jsonb), ('{"metric":"run_rate","value":40,"usual":5}') $$,
  'it says what was and what is usual'
);

select * from finish();
rollback;
