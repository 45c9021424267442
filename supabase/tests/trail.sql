begin;
\ir helpers.psql
select plan(45);

select tests.operate();
set constraints all immediate;

-- The actions of the last entries, and the last one's details.
create function tests.trail(how_many int) returns text
language sql security definer as $$
  select string_agg(action, ' ' order by seq) from tests.entries(how_many)
$$;
create function tests.details() returns jsonb
language sql security definer as $$ select details from tests.entries() $$;

select tests.become('ann');
select public.create_agent('weather', '', 'the secret source', 'javascript');
select is(tests.trail(2), 'agent.created version.created', 'an agent is made');
select public.create_version('weather', 'x', 'javascript', publish => false);
select is(tests.trail(1), 'version.created', 'a version is written');
select is(
  tests.details(),
  (select jsonb_build_object('agent_id', agent_id, 'version', 2, 'language', 'javascript', 'source_hash', source_hash,
    'published', false, 'policy_hash', encode(sha256('{}'), 'hex'), 'approval', 'not_needed')
  from public.agent_versions where version = 2),
  'with its hash and not its source'
);
select public.publish_version('weather', 2);
select is(tests.trail(1), 'version.published', 'a version is published');
select is(tests.details(), '{"name":"weather","version":[1,2]}', 'after another');
select public.create_version('weather', 'y', 'javascript');
select is(tests.trail(2), 'version.created version.published', 'or as soon as it is written');
select public.publish_version('weather', 1);
select is(tests.details(), '{"name":"weather","version":[3,1]}', 'or again');
select public.set_agent_archived('weather', true);
select is(tests.trail(1), 'agent.archived', 'an agent is archived');
select public.set_agent_archived('weather', false);
select is(tests.trail(1), 'agent.unarchived', 'and brought back');

select tests.become('service');
select public.start_run(tests.run_id('one'), tests.id('ann'), 'weather', null, '"the secret input"', 'quickjs',
  array['wasm', 'quotas'], '{"wall_ms": 1000}', 1000, 'request-1');
select is(tests.trail(1), 'run.started', 'a run starts');
select results_eq(
  'select actor_id, resource_type, resource_id, db_role, details - array[''agent_id''] from tests.entries()',
  $$ select tests.id('ann'), 'run', tests.run_id('one')::text, 'service_role',
    '{"agent":"weather","engine":"quickjs","version":1}'::jsonb $$,
  'by its owner, though the service starts it'
);
select is(
  (select policy_hash from tests.entries()),
  encode(sha256(convert_to('["quickjs","{\"wall_ms\": 1000}","'
    || (select policy_hash from public.runs where id = tests.run_id('one')) || '","wasm","quotas"]', 'UTF8')), 'hex'),
  'with the hash of what it was allowed'
);
select public.append_run_events(tests.run_id('one'), '[]');
select is(tests.trail(1), 'run.started', 'that a run goes on is no entry');
select tests.become('ann');
select public.cancel_run(tests.run_id('one'));
select is(tests.trail(1), 'run.cancel_requested', 'a run is to stop');
select public.cancel_run(tests.run_id('one'));
select is(tests.trail(2), 'run.started run.cancel_requested', 'asking again is no entry');
select tests.become('service');
select public.settle_run(tests.run_id('one'), tests.ending('cancelled'));
select is(tests.trail(1), 'run.cancel_requested', 'that a run ended is in its own events');

select tests.become('ann');
select public.create_key('laptop', array['agents:read'], 'abcdefghijklmnop', repeat('ab', 32));
select is(tests.trail(1), 'key.created', 'a key is made');
select is(
  tests.details() - 'owner_id', '{"name":"laptop","scopes":["agents:read"],"public_id":"abcdefghijklmnop"}',
  'with what it may'
);
select public.rotate_key((select id from public.api_keys), 'bcdefghijklmnopq', repeat('ac', 32));
select is(tests.trail(2), 'key.updated key.created', 'a key is rotated: one expires, another is made');
select isnt(tests.details() ->> 'replaces', null, 'which says what it replaces');
select public.revoke_key((select id from public.api_keys where replaces is null));
select is(tests.trail(1), 'key.revoked', 'a key is revoked');
select tests.become('service');
select public.authenticate_key('bcdefghijklmnopq', repeat('ac', 32));
select is(tests.trail(1), 'key.revoked', 'that a key is used is no entry');

select tests.become('amy');
select public.set_role(tests.id('bob'), 'admin');
select results_eq(
  'select action, actor_id, resource_id, details from tests.entries()',
  $$ select 'role.assigned', tests.id('amy'), tests.id('bob')::text, '{"role":[null,"admin"]}'::jsonb $$,
  'a role is assigned, by whom and to whom'
);
select public.set_role(tests.id('bob'), 'viewer');
select is(tests.details(), '{"role":["admin","viewer"]}', 'a role is changed');
select public.set_role(tests.id('bob'));
select is(tests.trail(1), 'role.removed', 'a role is taken away');

select public.quarantine('agent', (select resource_id::uuid from tests.entries(100) where resource_type = 'agent' limit 1), 'odd');
select is(tests.trail(2), 'agent.quarantined quarantine.created', 'an agent is quarantined');
select is(tests.details() ->> 'reason', 'odd', 'for a reason');
select tests.operate();
select tests.become('amy');
select public.release_quarantine((select id from public.quarantines), 'well');
select is(tests.trail(2), 'quarantine.released agent.released', 'and released');
select public.quarantine('everything', null, 'fire');
select is(tests.trail(1), 'quarantine.created', 'everything is stopped');

select tests.operate();
update public.quarantines set reason = 'another' where released_at is null;
select is(tests.trail(1), 'quarantine.changed', 'whoever rewrites a quarantine is seen');
delete from public.quarantines where released_at is null;
select is(tests.trail(1), 'quarantine.deleted', 'or removes one');
update app.settings set max_agents = 7, max_keys = 3;
select is(tests.trail(1), 'settings.changed', 'a setting is changed');
select is(tests.details(), '{"max_keys":[50,3],"max_agents":[1000,7]}', 'from what to what');
update app.settings set max_agents = 7;
select is(tests.details(), '{"max_keys":[50,3],"max_agents":[1000,7]}', 'what did not change is no entry');
insert into app.role_limits (role, max_concurrent_runs) values ('viewer', 1);
select is(tests.trail(1), 'role_limits.changed', 'the limits of a role are set');
select is(tests.details(), '{"role":[null,"viewer"],"max_concurrent_runs":[null,1]}', 'to what');
delete from app.role_limits;
select is(tests.details(), '{"role":["viewer",null],"max_concurrent_runs":[1,null]}', 'and taken away');
insert into app.role_permissions values ('viewer', 'audit:read');
select is(tests.trail(1), 'permission.granted', 'a role is given a permission');
delete from app.role_permissions where role = 'viewer' and permission = 'audit:read';
select is(tests.trail(1), 'permission.withdrawn', 'and loses it');
update public.alert_rules set threshold = 9 where name = 'suspicious';
select is(tests.trail(1), 'alert_rule.changed', 'a rule for alerts is changed');

delete from auth.users where id = tests.id('ann');
select ok(
  array['agent.deleted', 'key.deleted'] <@ (select array_agg(action) from tests.entries(4)),
  'what goes with a user is in the log'
);
select ok(
  exists (select from tests.entries(100) where actor_id = tests.id('ann')), 'and so is what a user did who is gone'
);
select is_empty(
  $$ select from tests.entries(1000) as l where l::text ~ 'secret (source|input)|(ab){32}|(ac){32}' $$,
  'no source, no input and no secret is in the log'
);
select is((app.check_audit_chain() ->> 'ok'), 'true', 'all of it holds together');
select is(
  (app.check_audit_chain() ->> 'checked')::bigint, (select seq from app.audit_head), 'from the first to the last'
);

select * from finish();
rollback;
