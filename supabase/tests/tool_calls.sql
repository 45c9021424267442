-- Calls of tools from their beginning to their end, approvals, budgets. Longer than 300 lines, since one
-- cast of runs is played through all of it.
begin;
\ir helpers.psql
select plan(122);

-- A call of a run, as the service begins it; ids go by name.
create function tests.begin(
  run text, call text, budgets text default '[]', denied text default null, seconds int default null,
  hash text default repeat('a', 64), tool text default 'fetch'
) returns text
language sql as $$
  select concat_ws(' ', said ->> 'verdict', said ->> 'reason')
  from public.begin_tool_call(tests.run_id(run), tests.id(call), tool, 'https://example.com/', '{"n":1}',
    hash, budgets, denied, seconds) as said
$$;
create function tests.call(name text) returns public.tool_calls
language sql stable security definer as $$
  select * from public.tool_calls where id = tests.id(name) order by created_at limit 1
$$;
create function tests.end(
  call text, outcome text default 'ok', spent text default '[]', reached text default null
) returns void
language sql as $$
  select public.end_tool_call((tests.call(call)).run_id, tests.id(call), outcome, 10, 20, 3, spent, reached)
$$;
create function tests.decide(call text, approve boolean) returns text
language sql as $$ select verdict from public.decide_tool_call(tests.id(call), approve) $$;
-- What is spent of a budget on the days that there are.
create function tests.spent(who uuid, counted text) returns bigint
language sql stable security definer as $$
  select sum(b.spent)::bigint from app.tool_budgets as b where b.subject = who and b.what = counted
$$;
create function tests.amount(scope text, amount numeric, most numeric, what text default 'calls') returns text
language sql as $$
  select json_build_array(json_build_object('scope', scope, 'what', what, 'amount', amount, 'most', most))::text
$$;
-- Lets the time pass that a person has for a call.
create function tests.run_out(call text) returns void
language sql security definer as $$
  alter table public.tool_calls disable trigger freeze_tool_call;
  update public.tool_calls set deadline_at = now() - interval '1 second' where id = tests.id(call);
  alter table public.tool_calls enable trigger freeze_tool_call;
$$;

-- What a run that was denied a call is told of the budget that had no room.
create function tests.lacking(run text, call text, budgets text) returns jsonb
language sql as $$
  select public.begin_tool_call(tests.run_id(run), tests.id(call), 'fetch', 'https://example.com/',
    '{"n":1}', repeat('a', 64), budgets) -> 'budget'
$$;
-- Lets a run's wall clock end so many seconds from now.
create function tests.end_wall(run text, seconds numeric) returns void
language sql security definer as $$
  update public.runs set deadline_at = clock_timestamp() + make_interval(secs => seconds) + app.grace()
  where id = tests.run_id(run)
$$;

-- The run.
select tests.become('ann');
select public.create_agent('weather', '', 'x', 'javascript', policy => '{"search":{"max_calls":1}}');
select tests.agent('ann', 'news');
select tests.key('ann', 'ci'), tests.key('ann', 'blind', array['agents:execute']),
  tests.key('ann', 'one', array['agents:read', 'agents:execute'], 'news');
select tests.become('service');
select tests.start('ann', 'weather', 'run', key => 'ci');
select results_eq(
  $$ select public.find_tool_run(tests.run_id('run')) - 'ceiling' $$,
  $$ values (jsonb_build_object('user_id', tests.id('ann'), 'agent_id', tests.agent_id('ann', 'weather'),
    'agent_name', 'weather', 'policy', '{"search":{"max_calls":1}}'::jsonb, 'recording', false)) $$,
  'a run and what its calls may'
);
select ok((public.find_tool_run(tests.run_id('run')) -> 'ceiling') ? 'fetch', 'with the operator''s ceiling');
select throws_ok(
  $$ select public.find_tool_run(tests.run_id('none')) $$, 'PT409', 'run_ended', 'a run that is not there has ended'
);
savepoint here;
select tests.become('ann');
select public.cancel_run(tests.run_id('run'));
select tests.become('service');
select throws_ok(
  $$ select public.find_tool_run(tests.run_id('run')) $$, 'PT409', 'run_ended', 'one that is to stop calls nothing'
);
select throws_ok($$ select tests.begin('run', 'a') $$, 'PT409', 'run_ended', 'and begins nothing');
rollback to here;
select tests.operate(), tests.silence('run', 21);
select tests.become('service');
select throws_ok(
  $$ select public.find_tool_run(tests.run_id('run')) $$, 'PT409', 'run_ended', 'nor does one that nobody leads'
);
select throws_ok($$ select tests.begin('run', 'a') $$, 'PT409', 'run_ended', 'and begins nothing either');
rollback to here;
select tests.become('service'), tests.quarantine('user', tests.id('ann'));
select throws_ok(
  $$ select public.find_tool_run(tests.run_id('run')) $$, 'PT423', 'user_quarantined', 'a quarantined user calls nothing'
);
rollback to here;
select tests.become('service'), tests.quarantine('key', tests.key_id('ci'));
select throws_ok(
  $$ select public.find_tool_run(tests.run_id('run')) $$, 'PT423', 'key_quarantined', 'nor does a quarantined key'
);
rollback to here;
select tests.become('service'), tests.quarantine('agent', tests.agent_id('ann', 'weather'));
select throws_ok(
  $$ select public.find_tool_run(tests.run_id('run')) $$, 'PT423', 'agent_quarantined', 'nor a quarantined agent'
);
rollback to here;
select tests.become('ann');
select public.revoke_key(tests.key_id('ci'));
select tests.become('service');
select throws_ok(
  $$ select public.find_tool_run(tests.run_id('run')) $$, 'PT403', 'forbidden', 'nor a revoked key'
);
rollback to here;

select tests.operate();
insert into public.agent_versions (agent_id, owner_id, version, source, language, approval)
select agent_id, owner_id, 9, 'x', 'javascript', 'needed' from public.agent_versions
where agent_id = tests.agent_id('ann', 'weather');
update public.runs set version_id = v.id from public.agent_versions as v
where v.version = 9 and runs.id = tests.run_id('run');
select throws_ok(
  $$ select public.find_tool_run(tests.run_id('run')) $$, 'PT409', 'run_ended', 'nor a version that nobody approved'
);
rollback to here;
select tests.become('ann');
select public.delete_agent('news');
select tests.operate();
update public.runs set agent_id = tests.id('gone') where id = tests.run_id('run');
select throws_ok(
  $$ select public.find_tool_run(tests.run_id('run')) $$, 'PT409', 'run_ended', 'nor an agent that is gone'
);
rollback to here;

-- Calls.
select tests.become('service');
select is(tests.begin('run', 'one'), 'allowed', 'a call that is covered begins');
select results_eq(
  $$ select seq, owner_id, agent_id, agent_name, tool, target, summary::text, args_hash, begun_at is not null,
     ended_at, outcome from tests.call('one') $$,
  $$ values (1, tests.id('ann'), tests.agent_id('ann', 'weather'), 'weather', 'fetch', 'https://example.com/',
     '{"n":1}', repeat('a', 64), true, null::timestamptz, null) $$,
  'and is written down before'
);
select throws_ok(
  $$ select tests.begin('run', 'one') $$, 'PT400', 'invalid_request', 'a call begins once'
);
select throws_ok(
  format('select tests.end(''one'', reached => %L)', reached), '23514', null, what
) from (values ('{}', 'what a call reached is a list'), ((
  select json_agg(n)::text from generate_series(1, 21) as n), 'and not a long one')) as w (reached, what);
select tests.end('one', reached => '[{"tool":"fetch","target":"GET https://example.org/"}]');
select is(
  (tests.call('one')).reached, '[{"tool":"fetch","target":"GET https://example.org/"}]'::jsonb,
  'what a call reached beyond its target is written down'
);
select results_eq(
  $$ select outcome, bytes_in, bytes_out, ms, ended_at is not null from tests.call('one') $$,
  $$ values ('ok', 10::bigint, 20::bigint, 3, true) $$, 'what came of it is written down'
);
select tests.end('one', 'timed_out');
select is((tests.call('one')).outcome, 'ok', 'once');
select throws_ok(
  $$ select tests.begin('run', 'one') $$, 'PT400', 'invalid_request', 'and it does not begin again'
);
select is(tests.begin('run', 'two', denied => 'host_denied'), 'denied host_denied', 'a call that is denied');
select results_eq(
  $$ select seq, begun_at, ended_at is not null from tests.call('two') $$,
  $$ values (2, null::timestamptz, true) $$, 'is written down and over'
);
select is(tests.begin('run', 'two'), 'denied host_denied', 'whatever is said later');
select lives_ok($$ select tests.end('nothing') $$, 'what never began has no end');
select tests.end('two');
select is((tests.call('two')).outcome, null, 'nor has what was denied');
select is(tests.begin('run', 'odd', denied => 'a', seconds => 60), 'denied a', 'nobody is asked about what is denied');

-- Budgets.
select is(tests.begin('run', 'b1', tests.amount('run', 2, 5)), 'allowed', 'a budget has room');
select is(tests.spent(tests.run_id('run'), 'calls'), 2::bigint, 'which is taken before the call');
select is(tests.begin('run', 'b2', tests.amount('run', 3, 5)), 'allowed', 'to the last');
select is(tests.begin('run', 'b3', tests.amount('run', 1, 5)), 'denied budget_spent', 'and not beyond');
select is((tests.call('b3')).verdict, 'denied', 'which is written down');
select is(
  tests.lacking('run', 'b3', '[]'), '{"scope":"run","what":"calls","amount":1,"spent":5,"most":5}',
  'with the budget that had no room'
);
select is(tests.lacking('run', 'b11', tests.amount('run', 0, 9)), 'null', 'what has room is told of none');
select is(
  tests.begin('run', 'b4', (select json_agg(a) from (
    select 'run' as scope, 'calls' as what, 0 as amount, 5 as most
    union all select 'run', 'bytes', 1, 0) as a)::text),
  'denied budget_spent', 'one budget without room is enough'
);
select is(
  tests.begin('run', 'b5', (select json_agg(a) from (
    select 'run' as scope, 'calls' as what, 1 as amount, 9 as most
    union all select 'run', 'zeal', 1, 0) as a)::text),
  'denied budget_spent', 'whichever it is'
);
select is(tests.spent(tests.run_id('run'), 'calls'), 5::bigint, 'and then none is taken of any');
select is(
  tests.begin('run', 'b6', (select json_agg(a) from (
    select 'run' as scope, 'twice' as what, 2 as amount, 9 as most
    union all select 'run', 'twice', 3, 3) as a)::text),
  'allowed', 'a budget that is named twice'
);
select is(tests.spent(tests.run_id('run'), 'twice'), 3::bigint, 'is one, with the larger amount');
select is(
  tests.begin('run', 'b7', (select json_agg(a) from (
    select 'run' as scope, 'twice' as what, 1 as amount, 9 as most
    union all select 'run', 'twice', 1, 3) as a)::text),
  'denied budget_spent', 'and the lower end'
);
select is(tests.begin('run', 'b8', tests.amount('run', 0.5, 1, 'half')), 'allowed', 'amounts are whole');
select is(tests.begin('run', 'b9', tests.amount('run', 0.5, 1, 'half')), 'denied budget_spent', 'in whose favour there is no doubt');
select is(
  tests.begin('run', 'b10', '[{"scope":"run","what":"open","amount":1}]'), 'denied budget_spent',
  'a budget without an end has none'
);
select throws_ok(
  format('select tests.begin(''run'', ''wrong'', %L)', budgets), 'PT400', 'invalid_request', what
) from (values
  ('{}', 'budgets are a list'),
  ('[{"scope":"all","what":"x","amount":1,"most":1}]', 'of what there is'),
  ('[{"what":"x","amount":1,"most":1}]', 'all of it said'),
  ('[{"scope":"run","what":"X","amount":1,"most":1}]', 'by its name'),
  ('[{"scope":"run","what":"x","amount":-1,"most":1}]', 'with an amount'),
  ('[{"scope":"run","what":"x","most":1}]', 'in any case'),
  ((select json_agg(json_build_object('scope', 'run', 'what', 'x' || n, 'amount', 1, 'most', 1))::text
    from generate_series(1, 21) as n), 'and not too long')
) as w (budgets, what);
select tests.end('b1', spent => tests.amount('run', 1, 0));
select is(tests.spent(tests.run_id('run'), 'calls'), 4::bigint, 'what was not spent is given back');
select tests.end('b2', spent => tests.amount('run', 30, 0));
select is(tests.spent(tests.run_id('run'), 'calls'), 31::bigint, 'and what was spent beyond counts');
select tests.end('b6');
select is(tests.spent(tests.run_id('run'), 'twice'), 3::bigint, 'of what nothing is said, all is spent');
select tests.end('b8', spent => tests.amount('agent', 7, 0, 'surprise'));
select is(tests.spent(tests.agent_id('ann', 'weather'), 'surprise'), 7::bigint, 'and what nobody foresaw counts, too');
select tests.start('ann', 'weather', 'other'), tests.start('ann', 'news', 'third');
select is(tests.begin('other', 'c1', tests.amount('run', 5, 5)), 'allowed', 'each run has its own');
select is(tests.begin('run', 'c2', tests.amount('agent', 5, 5)), 'allowed', 'an agent''s is one');
select is(tests.begin('other', 'c3', tests.amount('agent', 1, 5)), 'denied budget_spent', 'for all of its runs');
select is(tests.begin('third', 'c4', tests.amount('agent', 5, 5)), 'allowed', 'and not for others');
select is(tests.begin('run', 'c5', tests.amount('user', 5, 5)), 'allowed', 'a user''s is one');
select is(tests.begin('third', 'c6', tests.amount('user', 1, 5)), 'denied budget_spent', 'for all agents');
select tests.operate();
select is(
  (select string_agg(distinct concat_ws(' ', scope, day - app.today()), ', ' order by concat_ws(' ', scope, day - app.today()))
   from app.tool_budgets where scope <> 'run'), 'agent 0, user 0', 'and today''s'
);
update app.tool_budgets set day = day - 1 where scope = 'agent';
update public.tool_calls set reserved = jsonb_set(reserved, '{0,day}', to_jsonb(app.today() - 1)) where id = tests.id('c2');
select tests.become('service');
select is(tests.begin('other', 'c7', tests.amount('agent', 1, 5)), 'allowed', 'a day later there is room again');
select tests.end('c2', spent => tests.amount('agent', 2, 0));
select tests.operate();
select results_eq(
  $$ select day - app.today(), spent from app.tool_budgets
     where subject = tests.agent_id('ann', 'weather') and what = 'calls' order by day $$,
  $$ values (-1, 2::bigint), (0, 1) $$, 'what is given back goes to the day that it was taken from'
);
select tests.become('service');

-- A person is asked.
select tests.operate(), tests.end_wall('run', 3600);
select tests.become('service');
select is(tests.begin('run', 'w1', tests.amount('run', 1, 1, 'asked'), seconds => 60), 'waiting', 'a call waits for a person');
select ok(
  (tests.call('w1')).deadline_at between clock_timestamp() + interval '59 seconds' and clock_timestamp() + interval '60 seconds',
  'who has the time that was said'
);
select is(tests.begin('run', 'w1', tests.amount('run', 1, 1, 'asked'), seconds => 60), 'waiting', 'as long as there is time');
select is(tests.spent(tests.run_id('run'), 'asked'), null, 'and takes nothing');
select tests.end('w1');
select is((tests.call('w1')).verdict, 'waiting', 'nor does it end before it begins');
select throws_ok(
  $$ select tests.begin('run', 'w1', hash => repeat('b', 64)) $$, 'PT400', 'invalid_request', 'other arguments are another call'
);
select throws_ok(
  $$ select tests.begin('run', 'w1', tool => 'email') $$, 'PT400', 'invalid_request', 'and so is another tool'
);
select is(tests.begin('other', 'w1'), 'allowed', 'of another run it is another call, whatever its id');
select tests.become_key('ann', 'ci');
select throws_ok($$ select tests.decide('w1', true) $$, 'PT403', 'forbidden', 'no API key decides');
select tests.become('bob');
select throws_ok($$ select tests.decide('w1', true) $$, 'PT404', 'not_found', 'nor a stranger');
select tests.become('amy');
select throws_ok($$ select tests.decide('w1', true) $$, 'PT404', 'not_found', 'nor an admin');
select tests.become('vic');
select throws_ok($$ select tests.decide('w1', true) $$, 'PT403', 'forbidden', 'nor a viewer');
select tests.become('ann');
select throws_ok($$ select tests.decide('w1', null) $$, 'PT400', 'invalid_request', 'yes and no are all there is');
select is(tests.decide('w1', true), 'approved', 'its owner does');
set constraints all immediate;
select results_eq(
  'select action, resource_id, actor_id, details ->> ''tool'' from tests.entries()',
  $$ values ('tool_call.approved', tests.id('w1')::text, tests.id('ann'), 'fetch') $$, 'which is in the audit log'
);
select throws_ok($$ select tests.decide('w1', false) $$, 'PT409', 'approval_over', 'once');
select tests.become('service');
select throws_ok(
  $$ select tests.begin('run', 'w1', hash => repeat('b', 64)) $$, 'PT400', 'invalid_request', 'what was approved is what is done'
);
select is(tests.begin('run', 'w1', tests.amount('run', 1, 1, 'asked')), 'approved', 'and then it begins');
select is(tests.spent(tests.run_id('run'), 'asked'), 1::bigint, 'and takes what it may spend');
select throws_ok($$ select tests.begin('run', 'w1') $$, 'PT400', 'invalid_request', 'once');
select tests.begin('run', 'w2', seconds => 60), tests.begin('run', 'w3', seconds => 60), tests.begin('run', 'w4', seconds => 60),
  tests.begin('run', 'w5', seconds => 60), tests.begin('run', 'w6', seconds => 60);
select tests.become('ann');
select is(tests.decide('w2', false), 'refused', 'its owner says no');
select tests.run_out('w3');
select throws_ok($$ select tests.decide('w3', true) $$, 'PT409', 'approval_over', 'too late');
select tests.become('service');
select is(tests.begin('run', 'w2'), 'refused', 'what is refused stays so');
select is(tests.begin('run', 'w3'), 'expired', 'and so does what nobody said yes to in time');
select is(tests.begin('run', 'w3'), 'expired', 'however often one asks');
select is(tests.begin('run', 'w4', denied => 'over_ceiling'), 'denied over_ceiling', 'what is denied meanwhile is denied');
select tests.become('ann');
select tests.decide('w5', true);
select tests.become('service');
select is(tests.begin('run', 'w5', denied => 'over_ceiling'), 'denied over_ceiling', 'whoever said yes');
select is((tests.begin('run', 'w7', tests.amount('run', 9, 1), seconds => 9999)), 'waiting', 'however long one may wait');
select ok((tests.call('w7')).deadline_at < now() + interval '11 minutes', 'it is ten minutes at the most');
select tests.become('ann');
select tests.decide('w7', true);
select tests.become('service');
select is(tests.begin('run', 'w7', tests.amount('run', 9, 1)), 'denied budget_spent', 'an approval is no budget');

select tests.operate(), tests.end_wall('run', 10);
select tests.become('service');
select is(tests.begin('run', 'w8', seconds => 60), 'waiting', 'where the run ends before');
select ok(
  (tests.call('w8')).deadline_at between clock_timestamp() + interval '7 seconds' and clock_timestamp() + interval '8 seconds',
  'it is two seconds less than the run has'
);
select tests.operate(), tests.end_wall('run', 1.5);
select tests.become('service');
select tests.begin('run', 'w9', seconds => 60);
select is(tests.begin('run', 'w9', seconds => 60), 'expired', 'which may be none');

-- The end.
select tests.begin('run', 'e1', tests.amount('agent', 1, 99, 'kept'));
select public.settle_run(tests.run_id('run'), tests.ending('succeeded'));
select results_eq(
  $$ select (c).verdict, (c).outcome, (c).ended_at is not null from (values (tests.call('e1')), (tests.call('w6'))) as v (c) $$,
  $$ values ('allowed', 'abandoned', true), ('expired', 'abandoned', true) $$, 'a run takes its calls along'
);
select tests.end('e1', spent => tests.amount('agent', 0, 0, 'kept'));
select is(tests.spent(tests.agent_id('ann', 'weather'), 'kept'), 1::bigint, 'and what they took stays taken');
select is(tests.spent(tests.run_id('run'), 'calls'), null, 'but its own budgets');
select throws_ok(
  $$ select public.find_tool_run(tests.run_id('run')) $$, 'PT409', 'run_ended', 'a run that is over calls nothing'
);
select throws_ok($$ select tests.begin('run', 'late') $$, 'PT409', 'run_ended', 'nothing begins after');
select tests.become('ann');
select throws_ok($$ select tests.decide('w6', true) $$, 'PT409', 'approval_over', 'and nobody is asked');
select is_empty(
  $$ select from public.tool_calls where run_id = tests.run_id('run') and ended_at is null $$, 'nothing of it is open'
);

-- Who sees what.
select isnt_empty('select from public.tool_calls', 'an owner sees her calls');
select throws_ok('select spent from app.tool_budgets', '42501', null, 'and no budgets');
select tests.become_key('ann', 'one');
select is(
  (select string_agg(distinct agent_name, ' ') from public.tool_calls), 'news', 'a key of one agent sees that agent''s'
);
select tests.become_key('ann', 'blind');
select is_empty('select from public.tool_calls', 'one that may not read sees none');
select tests.become('bob');
select is_empty('select from public.tool_calls', 'a stranger sees none');
select tests.become('amy');
select is_empty('select from public.tool_calls', 'nor does an admin');
select tests.become('anon');
select throws_ok('select from public.tool_calls', '42501', null, 'nobody is refused');
select tests.become('service');
select throws_ok('select from public.tool_calls', '42501', null, 'and so is the service');

-- What is written stays.
select tests.operate();
select throws_ok(
  format('update public.tool_calls set %s where id = tests.id(%L)', change, call), '42501', null, what
) from (values
  ('outcome = ''ok''', 'e1', 'what has ended stays'),
  ('ended_at = null', 'e1', 'and has ended'),
  ('target = ''x''', 'c1', 'what was called stays'),
  ('args_hash = repeat(''c'', 64)', 'c1', 'with its arguments'),
  ('verdict = ''approved'', decided_at = now(), decided_by = owner_id', 'c1', 'and what came of the question'),
  ('begun_at = now() + interval ''1 h''', 'c1', 'and when it began'),
  ('owner_id = tests.id(''bob'')', 'c1', 'and whose it is')
) as w (change, call, what);
insert into public.tool_calls (id, run_id, owner_id, agent_id, agent_name, seq, tool, target, args_hash, verdict, begun_at)
select tests.id('last'), id, owner_id, agent_id, agent_name, 1000, 't', '', repeat('a', 64), 'allowed', now()
from public.runs where id = tests.run_id('other');
select tests.become('service');
select throws_ok(
  $$ select tests.begin('other', 'more') $$, 'PT429', 'tool_budget_spent', 'a run calls a thousand times'
);
select tests.operate();
insert into app.tool_budgets (scope, subject, what, day)
values ('user', tests.id('old'), 'x', app.today() - 36), ('user', tests.id('old'), 'x', app.today() - 35),
  ('run', tests.id('old'), 'x', '1970-01-01');
select app.expire(only_kind => 'tool_budgets');
select is(
  (select count(*) from app.tool_budgets where subject = tests.id('old')), 2::bigint, 'days are forgotten after five weeks'
);
delete from public.runs where id = tests.run_id('other');
select is_empty(
  $$ select from public.tool_calls where run_id = tests.run_id('other') $$, 'a run that is deleted takes its calls along'
);
select * from finish();
rollback;
