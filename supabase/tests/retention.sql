begin;
\ir helpers.psql
select plan(29);

select tests.operate();
set constraints all immediate;

select results_eq(
  $$ select keep_days from public.retention where kind = 'audit' $$, 'values (90)',
  'the audit log is kept for 90 days unless somebody says otherwise'
);
select is_empty(
  $$ select from public.retention where keep_days is null or min_days < 1 $$, 'nothing is kept for no time'
);

select tests.become('amy');
select results_eq(
  $$ select kind, keep_days, updated_by from public.set_retention('runs', 30) $$,
  $$ select 'runs', 30, tests.id('amy') $$, 'an admin sets for how long runs are kept'
);
select throws_ok(
  format('select public.set_retention(%L, %s)', kind, days), 'PT400', 'invalid_request',
  format('%s are not kept for %s days', kind, days)
) from (values ('runs', 0), ('runs', -1), ('runs', 1), ('runs', 36501), ('audit', 29), ('security_events', 7),
  ('events', 0), ('logs', -90), ('tool_calls', 0), ('tool_budgets', 1), ('scratch_files', 0),
  ('idempotency_keys', 2), ('expired_keys', 0), ('alerts', 29), ('deliveries', 6), ('dead_letters', 0)) as v (kind, days);
select throws_ok(
  $$ select public.set_retention('everything', 30) $$, 'PT404', 'not_found', 'what is no kind has no policy'
);
select is(
  (select keep_days from public.set_retention('runs', null)), null, 'null is for ever'
);
select isnt_empty('table public.retention', 'an admin sees the policy');
select throws_ok(
  'update public.retention set keep_days = 1', '42501', null, 'and changes it by the function alone'
);

select tests.operate();
select results_eq(
  $$ select action, actor_id, resource_id, details -> 'keep_days' from tests.entries(2) $$,
  $$ values ('retention.changed', tests.id('amy'), 'runs', '[365, 30]'::jsonb),
    ('retention.changed', tests.id('amy'), 'runs', '[30, null]') $$,
  'who set what is in the audit log'
);
select is(app.kept_since('runs'), null, 'what is kept for ever is never too old');
select is(
  app.kept_since('events'), now() - interval '90 days', 'events have a time of their own'
);
update public.retention set keep_days = 30 where kind = 'runs';
select is(
  app.kept_since('events'), now() - interval '30 days', 'and are not kept longer than runs'
);

select tests.become('ann');
select is_empty('table public.retention', 'who is no admin does not see the policy');
select throws_ok($$ select public.set_retention('runs', 30) $$, 'PT403', 'forbidden', 'and does not set it');

select * from finish();
rollback;
