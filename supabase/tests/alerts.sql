begin;
\ir helpers.psql
select plan(99);

select tests.operate();
set constraints all immediate;

-- How many alerts a report about a user raises.
create function tests.report(type text, who text, count int) returns text
language sql as $$
  select public.record_security_events(json_build_array(json_build_object(
    'type', type, 'count', count, 'user_id', tests.id(who)))::text) ->> 'alerts'
$$;

-- The rules that are there from the start. Each is tried at its threshold and one below.
create table tests.defaults (name text, type text, threshold int, window_s int, per text);
grant select on tests.defaults to public;
insert into tests.defaults values
  ('auth_failed', 'auth_failed', 10, 60, 'address'),
  ('rate_limited', 'rate_limited', 5, 60, 'user'),
  ('rate_limited_address', 'rate_limited', 5, 60, 'address'),
  ('suspicious', 'suspicious', 3, 60, 'user'),
  ('suspicious_address', 'suspicious', 3, 60, 'address'),
  ('permission_denied', 'permission_denied', 20, 60, 'user'),
  ('anomaly', 'anomaly', 1, 3600, 'user');
-- How many alerts a report raises that names nobody but the subject of a rule.
create function tests.meet(rule tests.defaults, count int) returns text
language sql as $$
  select public.record_security_events(json_build_array(json_build_object(
    'type', rule.type, 'count', count, 'user_id', case rule.per when 'user' then tests.id('ann') end,
    'address', case rule.per when 'address' then '192.0.2.1' end))::text) ->> 'alerts'
$$;
select tests.become('amy');
select results_eq(
  'select name, type, threshold, window_s, per from public.alert_rules where enabled order by name',
  'select * from tests.defaults order by name', 'these are the default rules'
);

select tests.become('service');
select is(
  public.record_security_events('[{"type":"probing","address":"192.0.2.9","method":"GET","route":"/agents/:name",
    "code":"not_found","request_id":"req-1","user_agent":"curl/8","data":{"n":1}}]')::jsonb,
  '{"recorded":1,"alerts":0}', 'an event is stored'
);
select tests.become('amy');
select results_eq(
  'select type, count, user_id, address, user_agent, request_id, method, route, code, data from public.security_events',
  $$ values ('probing', 1, null::uuid, '192.0.2.9', 'curl/8', 'req-1', 'GET', '/agents/:name', 'not_found', '{"n":1}'::jsonb) $$,
  'with all that was said of it, for who may audit'
);

select tests.become('service');
select is(tests.meet(rule, rule.threshold - 1), '0', format('%s times %s is no alert per %s', rule.threshold - 1, rule.type, rule.per))
from tests.defaults as rule where rule.threshold > 1;
select is(tests.meet(rule, 1), '1', format('but once more is: %s per %s', rule.type, rule.per)) from tests.defaults as rule;
select is(tests.meet(rule, 100), '0', format('and a hundred more are not: %s per %s', rule.type, rule.per)) from tests.defaults as rule;
select tests.become('amy');
select results_eq(
  'select rule, type, subject, count, threshold, window_s from public.alerts order by rule',
  $$ select name, type, case per when 'address' then '192.0.2.1' else tests.id('ann')::text end,
       threshold + 100::bigint, threshold, window_s
     from tests.defaults order by name $$,
  'there is one of each rule, which says whom it is about and how often'
);
select is((select count(*)::int from public.alerts), 7, 'seven in all');

select tests.become('service');
select is(tests.report('suspicious', 'bob', 2), '0', 'each user is counted alone');
select is(tests.report('suspicious', 'bob', 1), '1', 'up to an alert of their own');
select is(tests.report('egress_denied', 'ann', 1000), '0', 'what has no rule is stored and no alert');
select is(tests.report('rejected', 'ann', 1000), '0', 'nor is what clients do by mistake, too');
select is(
  public.record_security_events('[{"type":"suspicious","count":2,"address":"2001:db8::/64"},{"type":"rate_limited","count":4,
    "address":"2001:db8::/64"}]') ->> 'alerts', '0', 'strangers are counted by their address'
);
select is(
  public.record_security_events('[{"type":"suspicious","address":"2001:db8::/64"},{"type":"rate_limited",
    "address":"2001:db8::/64"}]') ->> 'alerts', '2', 'up to alerts about it'
);
select is(
  public.record_security_events('[{"type":"suspicious","count":50}]') ->> 'alerts', '0',
  'what names no user meets no rule per user'
);
select is(
  public.record_security_events('[{"type":"auth_failed","count":10,"address":"198.51.100.1"},
    {"type":"auth_failed","count":10,"address":"198.51.100.2"}]') ->> 'alerts', '2',
  'one report may be about several'
);

select tests.operate();
update public.alerts set at = at - interval '61 s', first_at = first_at - interval '61 s' where subject = tests.id('bob')::text;
update public.security_events set at = at - interval '61 s' where user_id = tests.id('bob');
select is(tests.report('suspicious', 'bob', 2), '0', 'what is older than the window no longer counts');
select is(tests.report('suspicious', 'bob', 1), '1', 'and another window has an alert of its own');

-- Reports in another order than what they are about.
select is(
  public.record_security_events(json_build_array(json_build_object('type', 'suspicious', 'user_id', tests.id('late'),
    'at', now() - make_interval(secs => ago)))::text) ->> 'alerts', case ago when 50 then '1' else '0' end,
  format('an event of %s s ago', ago)
) from unnest(array[0, 25, 50]) as ago;

select is(
  public.record_security_events(json_build_array(json_build_object('type', 'suspicious', 'user_id', tests.id('later'),
    'at', now() - make_interval(secs => ago)))::text) ->> 'alerts', '0',
  format('an event of %s s ago: three within two minutes are not three within one', ago)
) from unnest(array[0, 90, 45]) as ago;
select is(
  public.record_security_events(json_build_array(json_build_object('type', 'auth_failed', 'address', address,
    'count', 9))::text) ->> 'alerts', '0', 'each address is counted alone: ' || address
) from unnest(array['203.0.113.1', '203.0.113.2']) as address;

-- Twice the same report, as after an answer that got lost.
select tests.become('service');
select is(
  (public.record_security_events(events) ->> 'recorded') || (public.record_security_events(events) ->> 'recorded'), '10',
  'an event that is reported again is stored once'
) from (select '[{"id":"01890000-0000-7000-8000-000000000001","type":"suspicious","count":2,"user_id":"'
  || tests.id('vic') || '"}]' as events) as same;
select is(tests.report('suspicious', 'vic', 1), '1', 'and counts once: two and one are three');

select tests.operate();
select public.record_security_events(json_build_array(json_build_object('type', 'probing', 'at', said, 'request_id', said))::text)
from unnest(array['1999-01-01T00:00:00Z', '2999-01-01T00:00:00Z']) as said;
select ok(at > now() - interval '16 minutes' and at <= clock_timestamp(), 'a clock that is wrong is not believed: ' || request_id)
from public.security_events where request_id like '%999-01-01%' order by request_id;
select public.record_security_events(json_build_array(json_build_object('type', 'probing', 'count', 9e12::bigint,
  'address', repeat('a', 999), 'user_agent', repeat('u', 999), 'request_id', 'long', 'method', repeat('m', 999),
  'route', repeat('r', 999), 'code', repeat('c', 999), 'data', json_build_object('x', repeat('x', 9999))))::text);
select results_eq(
  $$ select count, length(address), length(user_agent), length(method), length(route), length(code), data
     from public.security_events where request_id = 'long' $$,
  $$ values (1000000000, 64, 512, 16, 200, 64, '{"left_out_bytes":10008}'::jsonb) $$, 'what is too long is cut'
);
select tests.become('service');
select throws_ok(
  format('select public.record_security_events(%L)', report), 'PT400', 'invalid_request', 'refused: ' || report
) from unnest(array['{}', '1', '[1]', '[null]', '[[]]', '[{"type":"probing","token":"secret"}]']) as report;
select throws_ok(
  format('select public.record_security_events(%L)', (select json_agg(json_build_object('type', 'probing'))
    from generate_series(1, 1001))), 'PT400', 'invalid_request', 'refused: more than a thousand'
);
select throws_ok(
  $$ select public.record_security_events('[{"type":"party"}]') $$, '23514', null, 'refused: an unknown type'
);

select public.record_security_events(json_build_array(json_build_object('type', 'permission_denied', 'count', 3,
  'user_id', tests.id('bob'), 'key_id', tests.id('key'), 'method', 'PUT', 'route', '/users/:id/role',
  'code', 'forbidden', 'address', '192.0.2.7', 'request_id', 'req-7', 'user_agent', 'curl/8'))::text);
select results_eq(
  $$ select actor_id, key_id, action, resource_type, resource_id, outcome, details - 'at', request_id, address, user_agent, via
     from tests.entries() $$,
  $$ select tests.id('bob'), tests.id('key'), 'permission.denied', 'route', 'PUT /users/:id/role', 'denied',
     '{"code":"forbidden","count":3}'::jsonb, 'req-7', '192.0.2.7', 'curl/8', 'api' $$,
  'a permission that was denied is in the audit log'
);
select is((select count(*)::int from tests.entries(1000) where outcome = 'denied'), 4, 'once for each event, and no other type');

select tests.become('amy');
select results_eq(
  $$ select threshold, window_s, per, enabled from public.set_alert_rule('suspicious', threshold => 1) $$,
  $$ values (1, 60, 'user', true) $$, 'an admin changes a rule, and what is left out stays'
);
select is((select action from tests.entries()), 'alert_rule.changed', 'which is in the log');
select lives_ok($$ select public.set_alert_rule('rate_limited', enabled => false) $$, 'or switches it off');
select throws_ok($$ select public.set_alert_rule('none', 1) $$, 'PT404', 'not_found', 'a rule that is not there is not found');
select results_eq(
  $$ select * from public.set_alert_rule('probing_address', 30, 60, type => 'probing', per => 'address') $$,
  $$ values ('probing_address', 'probing', 30, 60, 'address', true) $$, 'an admin makes a rule'
);
select is((select resource_id from tests.entries()), 'probing_address', 'which is in the log');
select results_eq(
  $$ select * from public.set_alert_rule('probing_address', type => 'rejected', per => 'user') $$,
  $$ values ('probing_address', 'rejected', 30, 60, 'user', true) $$, 'and has it count something else, of somebody else'
);
select throws_ok(format('select public.set_alert_rule(%s)', rule), 'PT400', 'invalid_request', 'no rule is made of ' || rule)
from unnest(array[
  $$ 'none', 1, 1, true, 'probing' $$, $$ 'none', 1, 1, true, null, 'user' $$, $$ 'none', null, 1, true, 'probing', 'user' $$,
  $$ 'none', 1, null, true, 'probing', 'user' $$, $$ 'none', 1, 1, true, 'party', 'user' $$, $$ 'none', 1, 1, true, 'probing', 'key' $$,
  $$ 'No', 1, 1, true, 'probing', 'user' $$, $$ '', 1, 1, true, 'probing', 'user' $$, $$ null, 1, 1, true, 'probing', 'user' $$
]) as rule;
select throws_ok(format('select public.set_alert_rule(%s)', change), 'PT400', 'invalid_request', 'and none changed to ' || change)
from unnest(array[$$ 'anomaly', type => 'party' $$, $$ 'anomaly', per => 'key' $$]) as change;
select tests.operate();
insert into public.alert_rules
select 'many_' || translate(n::text, '0123456789', 'abcdefghij'), 'probing', 1000000, 1, 'global', true
from generate_series(1, 100 - (select count(*) from public.alert_rules)) as n;
select tests.become('amy');
select throws_ok(
  $$ select public.set_alert_rule('one_more', 1, 1, true, 'probing', 'user') $$, 'PT400', 'invalid_request', 'a hundred rules are enough'
);
select lives_ok($$ select public.set_alert_rule('probing_address', 29) $$, 'and each can be changed');
select throws_ok($$ select public.set_alert_rule('suspicious', 0) $$, 'PT400', 'invalid_request', 'a threshold is at least one');
select throws_ok(
  $$ select public.set_alert_rule('suspicious', window_s => 86401) $$, 'PT400', 'invalid_request', 'a window is at most a day'
);
select tests.operate();
delete from public.security_events;
delete from public.alerts;
select tests.become('service');
select is(tests.report('suspicious', 'ann', 1), '1', 'the rule is what it was changed to');
select is(tests.report('rate_limited', 'ann', 1000), '0', 'a rule that is switched off raises nothing');

select tests.become('amy');
select results_eq(
  $$ select acknowledged_by, note from public.acknowledge_alert((select id from public.alerts), 'seen') $$,
  $$ select tests.id('amy'), 'seen' $$, 'an admin acknowledges an alert'
);
select is((select delivery from public.alerts), 'pending', 'which says that it is to be sent');
select tests.operate();
update app.alert_deliveries set delivered_at = now();
select is((select delivery from public.alerts), 'delivered', 'or that it was');
update app.alert_deliveries set delivered_at = null, gave_up_at = now();
select is((select delivery from public.alerts), 'gave_up', 'or that nobody took it');
update app.alert_deliveries set gave_up_at = null;
delete from app.alert_deliveries;
select is((select delivery from public.alerts), 'gave_up', 'or that it waited for too long');
select tests.become('amy');
select is((select note from public.acknowledge_alert((select id from public.alerts), 'again')), 'seen', 'once');
select is((select action from tests.entries()), 'alert.acknowledged', 'which is in the log');
select throws_ok(
  $$ select public.acknowledge_alert(tests.id('none')) $$, 'PT404', 'not_found', 'an alert that is not there is not found'
);
select tests.become('service');
select is(tests.report('suspicious', 'ann', 1), '0', 'the same window raises no other one because of that');

select tests.become('ann');
select is_empty('table public.security_events', 'who may not audit sees no events');
select is_empty('table public.alerts', 'no alerts');
select is_empty('table public.alert_rules', 'and no rules');
select throws_ok($$ select public.set_alert_rule('suspicious', 1) $$, 'PT403', 'forbidden', 'changes no rule');
select throws_ok($$ select public.acknowledge_alert(tests.id('none')) $$, 'PT403', 'forbidden', 'acknowledges nothing');
select throws_ok($$ select public.record_security_events('[]') $$, '42501', null, 'and reports nothing');
select tests.become('service');
select throws_ok('table public.security_events', '42501', null, 'the service adds events and reads none');
select throws_ok($$ insert into public.alerts default values $$, '42501', null, 'and makes no alerts of its own');

select * from finish();
rollback;
