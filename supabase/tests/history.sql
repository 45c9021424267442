-- What came of a user's runs, by day: whose, of which days, and what of it is believed.
begin;
\ir helpers.psql
select plan(22);

-- A run of ann's that ended so many days ago, at noon in UTC.
create function tests.past(name text, days int, status text, usage text, agent text default 'weather') returns void
language plpgsql as $$
declare
  at timestamptz := (app.today() - days)::timestamp at time zone 'UTC' + interval '12 hours';
begin
  insert into public.runs (id, owner_id, agent_id, agent_name, version_id, version, status, input, usage,
    created_at, ended_at)
  values (tests.run_id(past.name, at), tests.id('ann'), coalesce(tests.agent_id('ann', agent), tests.id(agent)), agent,
    tests.id('a version'), 1, past.status, '1', past.usage::json, at, at);
end;
$$;
-- What the caller is told of one day, in one line.
create function tests.told(day int, days int default 7) returns text
language sql as $$
  select concat_ws(' ', t -> 'runs', t #> '{statuses,succeeded}', t #> '{statuses,failed}', t -> 'wall_ms', t -> 'cpu_ms')
  from jsonb_array_elements(public.usage_by_day(days) -> 'days') as t
  where t ->> 'day' = ((now() at time zone 'UTC')::date - day)::text
$$;

select tests.agent('ann', 'weather');
select tests.agent('ann', 'news');
select tests.key('ann', 'all');
select tests.key('ann', 'only news', agent => 'news');
select tests.key('ann', 'blind', array['agents:write']);
select tests.operate();
select tests.past('a', 1, 'succeeded', '{"wall_ms": 100, "cpu_ms": 10.25}');
select tests.past('b', 1, 'succeeded', '{"wall_ms": 200, "cpu_ms": 20}');
select tests.past('c', 1, 'failed', '{"wall_ms": 900, "cpu_ms": 30}', 'news');
select tests.past('d', 6, 'lost', null, 'gone');
select tests.past('e', 7, 'succeeded', '{"wall_ms": 5, "cpu_ms": 5}');

select tests.become('ann');
select is(jsonb_array_length(public.usage_by_day(7) -> 'days'), 7, 'every day is told, whatever happened on it');
select is(tests.told(1), '3 2 1 1200.0 60.3', 'what came of a day''s runs is counted');
select is(tests.told(0), '0 0 0 0 0', 'a day without runs has none');
select is(tests.told(6), '1 0 0 0 0', 'a run that measured nothing is counted, and costs nothing');
select is(tests.told(7, 7), null, 'what is before the first day is left out');
select is(public.usage_by_day(7) #>> '{total,runs}', '4', 'of the total, too');
select is(
  (select array[t -> 'wall_p50_ms', t -> 'wall_p95_ms'] from (select public.usage_by_day(7) -> 'total') as u (t)),
  array['200', '830']::jsonb[], 'half of the runs, and nineteen of twenty, were at most so long'
);
select is(
  array(select t ->> 'agent' from jsonb_array_elements(public.usage_by_day(7) -> 'agents') as t),
  array['weather', 'gone', 'news'], 'agents are told apart, by their number of runs, also when they are gone'
);
select is(
  public.usage_by_day(7, agent_id => tests.agent_id('ann', 'news')) #>> '{total,runs}', '1',
  'one agent is counted alone'
);
select is(
  (select t ->> 'day' from jsonb_array_elements(public.usage_by_day(2, 'Pacific/Kiritimati') -> 'days') as t limit 1),
  ((now() at time zone 'Pacific/Kiritimati')::date - 1)::text, 'days are those of the time zone that is asked for'
);
select is(public.usage_by_day(7) -> 'counted_since', 'null', 'it is told that all were counted');
-- The 20 agents with most runs, of however many names there were.
select tests.operate();
select tests.past('r' || n, 3, 'succeeded', '{"wall_ms": 1, "cpu_ms": 1}', 'renamed' || lpad(n::text, 2, '0'))
from generate_series(1, 30) as n;
select tests.become('ann');
select is(
  (select concat_ws(' ', jsonb_array_length(u -> 'agents'), u #> '{agents,0}' ->> 'agent', u #> '{agents,3}' ->> 'agent',
    u #> '{agents,19}' ->> 'agent') from public.usage_by_day(7) as u),
  '20 weather renamed01 renamed17', 'the agents with most runs are told, by their names where they have as many'
);
select is(public.usage_by_day(7) #>> '{total,runs}', '34', 'and the total is that of all');
select tests.operate();
insert into public.runs (id, owner_id, agent_id, agent_name, version_id, version, status, input, created_at, ended_at)
select app.uuid7(), tests.id('ann'), tests.agent_id('ann', 'weather'), 'weather', tests.id('a version'), 1, 'failed', '1',
  now() - interval '1 second' * n, now()
from generate_series(1, 5000) as n;
select tests.become('ann');
select is(public.usage_by_day(7) #>> '{total,runs}', '5000', 'there is an end to counting');
select is(
  public.usage_by_day(7) ->> 'counted_since' is null, false, 'which is told'
);
select tests.operate();
delete from public.runs where owner_id = tests.id('ann') and (status = 'failed' and usage is null or agent_name ~ '^renamed');

select tests.become_key('ann', 'only news');
select is(
  (select concat_ws(' ', u #> '{total,runs}', u #> '{agents,0,agent}') from public.usage_by_day(7) as u),
  '1 "news"', 'a key of one agent counts that agent''s runs'
);
select tests.become_key('ann', 'blind');
select throws_ok('select public.usage_by_day()', 'PT403', 'forbidden', 'who may not read is refused');
select tests.become('bob');
select is(
  public.usage_by_day(7, agent_id => tests.agent_id('ann', 'news')) #>> '{total,runs}', '0',
  'a stranger counts nobody else''s runs'
);
select tests.become('amy');
select is(public.usage_by_day(7) #>> '{total,runs}', '0', 'nor does an admin');
select tests.become('anon');
select throws_ok('select public.usage_by_day()', '42501', null, 'an anonymous caller counts nothing');
select tests.become('ann');
select is(
  array(select split_part(tests.error_of(format('select public.usage_by_day(%s)', wrong)), '|', 2) from unnest(array[
    '0', '91', 'null', '7, ''EST5EDT4''', '7, null', '7, ''Mars/Olympus''']) as wrong),
  array_fill('invalid_request'::text, array[6]), 'no more days than 90, and no time zone that there is not'
);
select tests.operate();
update public.runs set usage = '{"wall_ms": "1e999", "cpu_ms": -4}' where id = tests.run_id('a', (app.today() - 1)::timestamp at time zone 'UTC' + interval '12 hours');
update public.runs set usage = '[7]' where agent_name = 'news';
update public.runs set usage = '{"wall_ms": 999999999999, "cpu_ms": {}}' where agent_name = 'weather' and usage::text like '%200%';
select tests.become('ann');
select is(tests.told(1), '3 2 1 86400000.0 0', 'what no clock could have measured costs nothing');

select * from finish();
rollback;
