begin;
\ir helpers.psql
select plan(38);

-- What is checked at commit is checked at once here.
select tests.operate();
set constraints all immediate;
select tests.agent('ann', 'weather');

select tests.operate();
select is(
  (select array_agg(seq order by seq) from public.audit_log),
  array(select generate_series(1, (select seq from app.audit_head))),
  'entries are numbered from 1 without a gap'
);
select is(
  (select prev_hash from public.audit_log where seq = 1), repeat('0', 64), 'the first follows nothing'
);
select is_empty(
  $$ select from public.audit_log as l join public.audit_log as before on before.seq = l.seq - 1
     where l.prev_hash <> before.hash $$,
  'every other one holds the hash of the one before it'
);
select results_eq(
  'select seq, hash from tests.entries()', 'select seq, hash from app.audit_head', 'the head is the last one'
);
select is_empty('table app.audit_pending', 'what was linked is no longer pending');

select is(
  app.audit_hash(row(7, '2026-01-02T03:04:05.67+01:00', '00000000-0000-4000-8000-000000000001', null,
    'authenticated', 'agent.created', 'agent', 'id', 'succeeded', '{"b":1,"a":"é\"\\\u0001"}', 'r', null,
    E'a\tb', 'api', null, repeat('0', 64), null)::public.audit_log),
  encode(sha256(convert_to('["' || repeat('0', 64) || '","7","2026-01-02T02:04:05.670Z",'
    || '"00000000-0000-4000-8000-000000000001",null,"authenticated","agent.created","agent","id",'
    || '"succeeded","{\"a\": \"é\\\"\\\\\\u0001\", \"b\": 1}","r",null,"a\tb","api",null]', 'UTF8')), 'hex'),
  'a hash is that of the documented text'
);

select tests.become('ann');
select tests.request(json_build_object('user-agent', 'curl/8', 'x-cloister-context',
  tests.signed('{"request_id":"req-1","address":"192.0.2.1","user_agent":"Mozilla"}')));
select public.update_agent('weather', new_name => 'climate');
select results_eq(
  $$ select actor_id, key_id, db_role, action, resource_type, outcome, details, request_id, address, user_agent, via
     from tests.entries() $$,
  $$ select tests.id('ann'), null::uuid, 'authenticated', 'agent.updated', 'agent', 'succeeded',
     '{"name":["weather","climate"],"description":false}'::jsonb, 'req-1', '192.0.2.1', 'Mozilla', 'api' $$,
  'an entry says who did what, on whose request'
);
select tests.request('{"user-agent":"curl/8","x-cloister-context":"e30.00"}');
select public.update_agent('climate', new_name => 'weather');
select results_eq(
  'select actor_id, request_id, address, user_agent, via from tests.entries()',
  $$ select tests.id('ann'), null::text, null::text, 'curl/8', 'direct' $$,
  'a forged context is recorded as a direct call, and its address not at all'
);
select set_config('request.jwt.claims', json_build_object('sub', tests.id('ann'), 'cloister_key', tests.id('key'))::text, true);
select set_config('request.headers', '', true);
select set_config('role', 'none', true);
update public.agents set description = 'by key' where name = 'weather';
select results_eq(
  'select actor_id, key_id, via, details from tests.entries()',
  $$ select tests.id('ann'), tests.id('key'), 'sql', '{"description":true}'::jsonb $$,
  'an entry says by which key, and of a description only that it changed'
);
select tests.operate();
update public.agents set description = 'by hand';
select results_eq(
  'select actor_id, key_id, db_role, via from tests.entries()',
  $$ values (null::uuid, null::uuid, session_user::text collate "default", 'sql') $$,
  'what an operator does by hand is there, too'
);

select tests.become('ann');
savepoint undone;
select public.set_agent_archived('weather', true);
select is((select action from tests.entries()), 'agent.archived', 'a change that is undone');
rollback to savepoint undone;
select is((select action from tests.entries()), 'agent.updated', 'leaves no entry');
select tests.operate();
select is((app.check_audit_chain() ->> 'ok'), 'true', 'and no gap');

select app.audit('test.long', 'test', null, jsonb_build_object('text', repeat('x', 9000)));
select is(
  (select details from tests.entries()), '{"left_out_bytes":9012}',
  'details that are too long are left out, and the entry is not'
);
select throws_ok(
  $$ select app.audit('Test', 'test', null) $$, '23514', null, 'an action is one of ours'
);

select throws_ok(
  $$ update public.audit_log set action = 'test.other' where seq = 1 $$, '42501', null,
  'not even the owner of the table changes an entry'
);
select throws_ok('delete from public.audit_log', '42501', null, 'or removes one');
select throws_ok('truncate public.audit_log', '42501', null, 'or empties the log');
select throws_ok('delete from app.audit_log_default', '42501', null, 'or a partition of it');
select throws_ok(
  format('truncate %s', app.partition_of('audit_log', app.this_month())), '42501', null, 'of whatever month'
);
select throws_ok(
  $$ merge into public.audit_log as l using (values (1)) as v (seq) on l.seq = v.seq
     when matched then update set action = 'test.other' $$,
  '42501', null, 'in whatever way'
);
insert into public.audit_log (seq, at, db_role, action, resource_type, outcome, details, via, prev_hash, hash)
values (1, now(), 'owner', 'test.forged', 'test', 'succeeded', '{}', 'sql', 'forged', 'forged');
select is((app.check_audit_chain() ->> 'ok'), 'true', 'an entry that the owner adds is linked like any other');
select is(
  (select seq from tests.entries()), (select seq from app.audit_head), 'at the end, whatever number it was given'
);

select tests.become('service');
select throws_ok(statement, '42501', null, format('the service cannot %s', what))
from (values
  ('read the log', 'table public.audit_log'),
  ('add to it', 'insert into public.audit_log default values'),
  ('change it', $$ update public.audit_log set action = 'x.y' $$),
  ('shorten it', 'delete from public.audit_log'),
  ('empty it', 'truncate public.audit_log'),
  ('note an action', $$ select app.audit('test.forged', 'test', null) $$)
) as attempt (what, statement);

select tests.become('amy');
select ok((select count(*) > 5 from public.audit_log), 'who may audit sees the log');
select throws_ok(
  $$ update public.audit_log set action = 'x.y' $$, '42501', null, 'an admin changes nothing in it'
);
select throws_ok('delete from public.audit_log', '42501', null, 'and removes nothing');
select throws_ok(
  $$ select app.audit('test.forged', 'test', null) $$, '42501', null, 'and writes nothing of their own'
);
select throws_ok('table app.audit_pending', '42501', null, 'what is pending is nobody''s to see');
select throws_ok('update app.audit_head set seq = 0', '42501', null, 'and the head nobody''s to change');
select tests.become('ann');
select is_empty('table public.audit_log', 'others see nothing, not even what they did');
select tests.become('vic');
select is_empty('table public.audit_log', 'a viewer sees nothing');
select tests.become('anon');
select throws_ok('table public.audit_log', '42501', null, 'an anonymous caller is refused');

select * from finish();
rollback;
