begin;
\ir helpers.psql
select plan(37);

select tests.operate();
set constraints all immediate;
select tests.agent('ann', 'weather');
select tests.agent('bob', 'secret-plan');
select tests.key('ann', 'laptop', array['agents:read', 'agents:write']);
select tests.become('service');
select tests.start('ann', 'weather', 'one');
select tests.start('bob', 'secret-plan', 'of bob');
select public.record_security_events(tests.events('suspicious', 'ann', 3));
select tests.operate();
insert into app.file_objects (owner_id, bytes) values (tests.id('ann'), 1);
update app.settings set default_role = 'streamer';

-- Who asks.
select tests.become('anon');
select throws_ok('select public.export_personal_data()', '42501', null, 'nobody exports nothing');
select throws_ok($$ select public.erase_user(tests.id('ann')) $$, '42501', null, 'and erases nobody');
select tests.become('service');
select throws_ok('select public.export_personal_data()', '42501', null, 'the service exports nobody');
select tests.become('nobody');
select throws_ok($$ select public.export_personal_data('account') $$, 'PT403', 'forbidden', 'nor whom there is not');
select tests.become_key('ann', 'laptop');
select throws_ok('select public.export_personal_data()', 'PT403', 'forbidden', 'a key does not hand out a person''s data');
select throws_ok($$ select public.export_personal_data('runs') $$, 'PT403', 'forbidden', 'nor a section of it');
select tests.become('bob');
select throws_ok($$ select public.erase_user(tests.id('ann')) $$, 'PT403', 'forbidden', 'only an admin erases');
select throws_ok($$ select public.erase_user(tests.id('bob')) $$, 'PT403', 'forbidden', 'also oneself');
select tests.become('amy');
select throws_ok($$ select public.erase_user(tests.id('amy')) $$, 'PT400', 'invalid_request', 'not even an admin oneself');
select throws_ok($$ select public.erase_user(tests.id('nobody')) $$, 'PT404', 'not_found', 'who is not there is not erased');

-- Exports.
select tests.become('ann');
-- Whoever adds a table decides whether people are told of it: it is added here, or left out there.
select set_eq(
  'select said from public.export_personal_data()',
  array['account', 'agents', 'agent_versions', 'api_keys', 'audit_log', 'cpu_usage', 'dead_letters', 'files', 'hooks',
    'run_events', 'runs', 'schedules', 'secrets', 'security_events', 'tool_budgets', 'tool_calls', 'user_roles',
    'webhooks', 'webhook_deliveries'],
  'there is a section of everything that the API shows, and of nothing else'
);
select throws_ok($$ select public.export_personal_data('audit_head') $$, 'PT400', 'invalid_request', 'nobody asks for another');
select throws_ok($$ select public.export_personal_data('runs; drop') $$, 'PT400', 'invalid_request', 'whatever its name');
select results_eq(
  $$ select said::json ->> 'email' from public.export_personal_data('account') $$, array['ann@example.test'],
  'one''s account'
);
select results_eq(
  $$ select said::json ->> 'name' from public.export_personal_data('agents') $$, array['weather'], 'one''s agents'
);
select results_eq(
  $$ select said::json ->> 'id' from public.export_personal_data('runs') $$, array[tests.run_id('one')::text],
  'one''s runs'
);
select is_empty(
  $$ select from public.export_personal_data() as s (section, place)
    cross join lateral public.export_personal_data(s.section) as r (said, place)
    where r.said ~ ('secret-plan|' || tests.id('bob') || '|' || tests.run_id('of bob')) $$,
  'nothing in any section is of another'
);
select is_empty(
  $$ select from public.export_personal_data() as s (section, place)
    cross join lateral public.export_personal_data(s.section) as r (said, place)
    cross join lateral jsonb_object_keys(r.said::jsonb) as k
    where k ~ 'hash$|sealed|^seal$|vault|password|token' and k not in ('source_hash', 'policy_hash', 'args_hash')
      and s.section <> 'audit_log' $$,
  'and nothing is a secret of the server'
);
select results_eq(
  $$ with first as (select place from public.export_personal_data('audit_log', null, 2))
    select (r.said::json ->> 'seq')::int
    from public.export_personal_data('audit_log', (select place from first order by place -> 'seq' desc limit 1), 1) as r $$,
  $$ select (said::json ->> 'seq')::int from public.export_personal_data('audit_log') order by 1 offset 2 limit 1 $$,
  'page after page'
);
select tests.become('amy');
select public.set_role(tests.id('ann'), 'user');
select tests.become('ann');
select results_eq(
  $$ select r.said::jsonb ?| array['actor_id', 'address', 'user_agent', 'key_id']
    from public.export_personal_data('audit_log') as r where r.said::json ->> 'action' like 'role.%' $$,
  array[false], 'what an admin did to one is told without who it was'
);
select tests.quarantine('user', tests.id('ann'));
select lives_ok('select public.export_personal_data()', 'who is quarantined may still read, and so be told');
select tests.release('user', tests.id('ann'));

-- Holds.
select tests.become('amy');
select public.hold('agent', tests.agent_id('ann', 'weather'), 'a case');
select tests.become('ann');
select is_empty(
  $$ select from public.export_personal_data() as s (section, place)
    cross join lateral public.export_personal_data(s.section) as r (said, place)
    where s.section ~ 'hold' or r.said ~ 'a case|hold[.]' $$,
  'nobody is told that something of theirs is held, and why'
);
select tests.become('amy');
select throws_ok($$ select public.erase_user(tests.id('ann')) $$, 'PT409', 'held', 'a hold on an agent keeps its owner');
select tests.operate();
select ok(not app.is_quarantined('user', tests.id('ann')), 'who is kept is not stopped');
select tests.become('amy');
select public.release_hold(id) from public.legal_holds where released_at is null;
select public.hold('incident', (select id from public.alerts where subject = tests.id('ann')::text limit 1), 'a case');
select throws_ok($$ select public.erase_user(tests.id('ann')) $$, 'PT409', 'held', 'so does one on an incident of theirs');
select public.release_hold(id) from public.legal_holds where released_at is null;

-- Erasing.
select is(
  public.erase_user(tests.id('ann'))::jsonb, '{"erased": false, "running": 1}', 'as long as a run goes on nothing is gone'
);
select tests.operate();
select ok(app.is_quarantined('user', tests.id('ann')), 'but they are stopped');
select ok((select cancel_requested_at is not null from public.runs where id = tests.run_id('one')), 'and so is the run');
select is((select count(*)::int from public.agents where owner_id = tests.id('ann')), 1, 'nothing is half gone');
select tests.become('service');
select public.settle_run(tests.run_id('one'), tests.ending('cancelled'));
select tests.become('amy');
select is(public.erase_user(tests.id('ann'))::jsonb, '{"erased": true, "running": 0}', 'once it has ended everything goes');
select tests.operate();
-- Every row of every table that says the id, read from the catalogue.
create function tests.mentions(text) returns setof text
language plpgsql as $$
declare
  relation regclass;
  there boolean;
begin
  for relation in
    select c.oid::regclass from pg_class as c
    where c.relkind in ('r', 'p') and not c.relispartition
      and c.relnamespace::regnamespace::text in ('public', 'app', 'auth')
  loop
    execute format('select exists (select from %s as t where position($1 in t::text) > 0)', relation)
    into there using $1;
    if there then
      return next relation::text;
    end if;
  end loop;
end;
$$;
select set_eq(
  $$ select tests.mentions(tests.id('ann')::text) $$, array['audit_log', 'legal_holds'],
  'nothing says their id any more but what nobody changes'
);
select is((app.check_audit_chain() ->> 'ok')::boolean, true, 'whose chain is whole');
select ok(
  exists (select from public.audit_log where action = 'user.erased' and resource_id = tests.id('ann')::text), 'and says so'
);
select is(
  (select count(*)::int from app.file_objects where owner_id = '00000000-0000-0000-0000-000000000000' and dropped_at is not null),
  1, 'what lies in Storage is garbage'
);
select is((select count(*)::int from public.agents where owner_id = tests.id('bob')), 1, 'another''s is untouched');
select tests.become('amy');
select throws_ok($$ select public.erase_user(tests.id('ann')) $$, 'PT404', 'not_found', 'who is gone is gone');

-- The last administrator.
select tests.operate();
insert into app.user_roles (user_id, role) values (tests.id('bob'), 'admin');
delete from app.user_roles where user_id = tests.id('bob');
select tests.become('bob');
select throws_ok($$ select public.erase_user(tests.id('amy')) $$, 'PT403', 'forbidden', 'nobody erases the administrators');
select * from finish();
rollback;
