begin;
\ir helpers.psql
select plan(34);

select tests.become('service');
select is_empty('select public.claim_alert_deliveries(10, 60)', 'without an alert there is nothing to deliver');
select tests.operate();
update public.alert_rules set enabled = false where per = 'address';
select tests.become('service');
select public.record_security_events(tests.events('suspicious', 'ann', 1, 3));
select public.record_security_events(tests.events('suspicious', 'bob', 1, 3));

select results_eq(
  $$ select attempt, payload ->> 'type', payload #>> '{data,rule}', payload #>> '{data,subject}',
       (payload #>> '{data,count}')::int, payload #>> '{data,audit_head,hash}',
       (payload #>> '{timestamp}')::timestamptz > now(), payload #>> '{data,id}' ~ '^alert_[0-9a-f]{32}$'
     from public.claim_alert_deliveries(1, 60) $$,
  format($$ values (1, 'alert.created', 'suspicious', %L, 3, %L, true, true) $$, tests.id('ann'), repeat('0', 64)),
  'what is due first is claimed first, and says what it is about and where the audit log ends'
);
select is((select count(*)::int from public.claim_alert_deliveries(10, 60)), 1, 'what is claimed is nobody else''s');
select is_empty('select public.claim_alert_deliveries(10, 60)', 'until the claim runs out');

select tests.operate();
create function tests.alert(who text) returns uuid
language sql security definer as $$ select id from public.alerts where subject = tests.id(who)::text $$;
create function tests.lapse(who text) returns void
language sql security definer as $$
  update app.alert_deliveries set next_at = clock_timestamp() where alert_id = tests.alert(who)
$$;
create function tests.pause(who text) returns interval
language sql security definer as $$
  select date_trunc('second', next_at - clock_timestamp() + interval '0.5 s')
  from app.alert_deliveries where alert_id = tests.alert(who)
$$;
create function tests.payload(who text) returns text
language sql security definer as $$
  select payload::text from app.alert_deliveries where alert_id = tests.alert(who)
$$;
select is(tests.pause('ann'), interval '60 s', 'a claim lasts as long as it says');
create table tests.kept as select tests.payload('ann') as payload;
grant select on tests.kept to service_role;

-- Every try fails.
select tests.become('service');
select public.settle_alert_delivery(tests.alert('ann'), false, 500);
select is(tests.pause('ann'), interval '5 s', 'after the first failure it is due again');
create function pg_temp.fail(pause interval) returns setof text
language plpgsql as $$
begin
  perform tests.lapse('ann');
  return next is((select c.id from public.claim_alert_deliveries(10, 60) as c), tests.alert('ann'), 'it is tried again');
  perform public.settle_alert_delivery(tests.alert('ann'), false, 0, 'no answer');
  return next is(tests.pause('ann'), pause, format('and if it fails again, in %s', pause));
end;
$$;
select pg_temp.fail(pause::interval) from unnest(array['1 min', '5 min', '30 min', '2 h', '8 h', '24 h']) as pause;
select public.record_security_events(tests.events('suspicious', 'ann', 1, 3));
select is(tests.payload('ann'), (select payload from tests.kept), 'what is sent is the same at each try');
select tests.lapse('ann');
select is((select attempt from public.claim_alert_deliveries(10, 60)), 8, 'the eighth try is the last');
select public.settle_alert_delivery(tests.alert('ann'), false, 503);
select tests.lapse('ann');
select is_empty('select public.claim_alert_deliveries(10, 60)', 'then it is given up');
select tests.operate();
select results_eq(
  $$ select gave_up_at is not null, last_status, last_error from app.alert_deliveries where alert_id = tests.alert('ann') $$,
  $$ values (true, 503, null::text) $$, 'which is written down, and how the last try went'
);

select tests.become('service');
select public.settle_alert_delivery(tests.alert('bob'), true, 204);
select tests.lapse('bob');
select is_empty('select public.claim_alert_deliveries(10, 60)', 'what was delivered is not sent again');
select public.settle_alert_delivery(tests.alert('bob'), false, 500);
select tests.operate();
select ok(
  (select delivered_at is not null and last_status = 204 from app.alert_deliveries where alert_id = tests.alert('bob')),
  'whatever a late answer says'
);

-- Executors that die with their claims.
update app.alert_deliveries set delivered_at = null, attempt = 8, next_at = now() where alert_id = tests.alert('bob');
select tests.become('service');
select is_empty('select public.claim_alert_deliveries(10, 60)', 'claims that nobody settles end, too');
select throws_ok(
  format('select public.claim_alert_deliveries(%s)', numbers), 'PT400', 'invalid_request', 'refused: ' || numbers
) from unnest(array['0, 60', '101, 60', '1, 0', '1, 3601', 'null, 60']) as numbers;

select tests.operate();
update app.alert_deliveries set gave_up_at = null, attempt = 0, next_at = now();
update public.alerts set created_at = now() - interval '8 days' where id = tests.alert('ann');
select app.expire(only_kind => 'deliveries');
select is((select count(*)::int from app.alert_deliveries), 1, 'an alert that nobody fetched for a week is not sent any more');
select is((select count(*)::int from public.alerts), 2, 'and stays an alert');

select tests.become('amy');
select throws_ok('select public.claim_alert_deliveries(1, 60)', '42501', null, 'an admin delivers nothing');
select throws_ok('table app.alert_deliveries', '42501', null, 'and does not see what is to be sent');

select * from finish();
rollback;
