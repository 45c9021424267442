begin;
\ir helpers.psql
select plan(74);
create function tests.hook_id(description text) returns uuid
language sql stable security definer as $$
  select id from public.hooks where hooks.description = hook_id.description order by id desc limit 1
$$;
-- A hook of whoever one is, as the functions make one.
create function tests.hook(
  description text, agent text default 'weather', kind text default 'standard', version int default null,
  kid text default 'k1', sealed text default 'locked'
) returns setof public.hooks
language sql as $$
  select made.* from (select public.draft_hook(agent) as said offset 0) as draft,
    public.create_hook(agent, (said ->> 'id')::uuid, kind, gen_random_uuid(), kid, sealed, description, version) as made
$$;
create function tests.rotate(description text, version int, overlap_s int default 60, sealed text default 'next', agent text default 'weather')
returns setof public.hooks
language sql as $$
  select * from public.rotate_hook(agent, tests.hook_id(description), version, gen_random_uuid(), 'k1', sealed, overlap_s)
$$;
create function tests.found(description text) returns text
language sql as $$
  select coalesce((select string_agg(each ->> 'sealed', ',' order by n) from json_array_elements(
    public.find_hook(tests.hook_id(description)) -> 'secrets') with ordinality as list (each, n)), 'none')
$$;
create function tests.accept(description text, marks text[], version int default 1, input text default '{"a":1}') returns text
language sql as $$
  select public.accept_hook(tests.hook_id(description), marks, version, input, 'request-1') ->> 'replayed'
$$;
create function tests.queued() returns text
language sql security definer as $$
  select string_agg(concat_ws(' ', agent_name, version, status, trigger, trigger_id = tests.hook_id('a'), input), ',' order by id)
  from public.runs where owner_id = tests.id('ann')
$$;
create function tests.trail(how_many int) returns text
language sql security definer as $$
  select string_agg(action, ' ' order by seq) from tests.entries(how_many)
$$;
create function tests.signings() returns bigint
language sql security definer as $$ select count(*) from app.signing_secrets $$;
create function tests.all_queued() returns bigint
language sql security definer as $$ select count(*) from public.runs where trigger = 'webhook' $$;
create function tests.used(description text) returns timestamptz
language sql stable security definer as $$ select last_used_at from public.hooks where id = tests.hook_id(used.description) $$;
set constraints all immediate;

-- Making one.
select tests.agent('ann', 'weather');
select tests.agent('ann', 'news');
select tests.agent('bob', 'weather');
select tests.become('ann');
select results_eq(
  $$ select owner_id, agent_id, kind, version, enabled, secret_version, key_id, last_used_at from tests.hook('a') $$,
  $$ values (tests.id('ann'), tests.agent_id('ann', 'weather'), 'standard', null::int, true, 1, null::uuid, null::timestamptz) $$,
  'a user makes a hook of their agent'
);
select is((select count(*) from public.hooks), 1::bigint, 'and sees it');
select is(tests.trail(1), 'hook.created', 'which is in the audit log');
select is((select details ? 'sealed' from tests.entries()), false, 'without anything of its secret');
select throws_ok($$ select tests.hook('x', 'none') $$, 'PT404', 'not_found', 'not of an agent that is not there');
select throws_ok($$ select tests.hook('x', kind => 'other') $$, 'PT400', 'invalid_request', 'nor of another kind');
select throws_ok($$ select tests.hook('x', version => 2) $$, 'PT404', 'not_found', 'nor of a version that is not there');
select throws_ok($$ select tests.hook('x', kid => '') $$, 'PT400', 'invalid_request', 'its secret is locked');
select throws_ok(
  $$ select public.create_hook('weather', tests.hook_id('a'), 'standard', gen_random_uuid(), 'k1', 'x') $$,
  'PT400', 'invalid_request', 'an id is used once'
);
select tests.request('{"user-agent":"direct"}');
select throws_ok($$ select tests.hook('x') $$, 'PT403', 'forbidden', 'nobody makes one around the functions');
select throws_ok($$ select tests.rotate('a', 2) $$, 'PT403', 'forbidden', 'nor gives it a secret');
select tests.request('{}');
select set_config('request.headers', '', true);
select tests.become('vic');
select throws_ok($$ select tests.hook('x') $$, 'PT403', 'forbidden', 'a viewer makes none');
select tests.become('bob');
select throws_ok(
  $$ select public.change_hook('weather', tests.hook_id('a'), false) $$, 'PT404', 'not_found', 'a stranger''s agent has not this one'
);
select is((select count(*) from public.hooks), 0::bigint, 'and they see none');
select tests.operate();
update app.settings set max_hooks = 1;
select tests.become('ann');
select throws_ok($$ select tests.hook('x') $$, 'PT409', 'too_many_hooks', 'an agent has as many as it may');
select tests.operate();
update app.settings set max_hooks = 20;

-- Keys.
select tests.key('ann', 'writer', array['agents:write']);
select tests.key('ann', 'runner', array['agents:execute']);
select tests.key('ann', 'both', array['agents:read', 'agents:write', 'agents:execute']);
select tests.key('ann', 'news', array['agents:read', 'agents:write', 'agents:execute'], 'news');
select tests.key('ann', 'second', array['agents:read', 'agents:write', 'agents:execute']);
select tests.become_key('ann', 'writer');
select throws_ok($$ select tests.hook('x') $$, 'PT403', 'forbidden', 'a key that may not execute makes none');
select tests.become_key('ann', 'runner');
select throws_ok($$ select tests.hook('x') $$, 'PT403', 'forbidden', 'nor does one that may not write');
select is((select count(*) from public.hooks), 0::bigint, 'and who may not read sees none');
select tests.become_key('ann', 'news');
select throws_ok($$ select tests.hook('x') $$, 'PT404', 'not_found', 'a key of one agent makes none for another');
select is((select count(*) from public.hooks), 0::bigint, 'and sees none');
select tests.become_key('ann', 'both');
select is((select key_id from tests.hook('by key')), tests.key_id('both'), 'one made by a key says so');
select is((select key_id from tests.hook('c', kid => 'k0')), tests.key_id('both'), 'whatever it is of');
select tests.become('ann');
select is((select key_id from public.change_hook('weather', tests.hook_id('c'), description => 'c')), tests.key_id('both'), 'a person who changes it leaves that');
select is((select key_id from tests.rotate('c', 2, 60)), null, 'and takes it back with a secret of their own');
select tests.become('service');
select is(tests.found('c'), 'next', 'which ends what the key knew, whatever was said of an overlap');
select tests.become_key('ann', 'both');
select is((select key_id from public.change_hook('weather', tests.hook_id('c'), true)), tests.key_id('both'), 'a key that changes what a person made makes it its own');
select tests.become('service');
select is(tests.found('by key'), 'locked', 'what a key made is used as long as the key is');
select tests.become('ann');
select public.revoke_key(tests.key_id('both'));
select tests.become('service');
select is(tests.found('by key') || tests.found('c'), 'nonenone', 'and ends with it');
select throws_ok($$ select tests.accept('by key', '{id 1}') $$, 'PT401', 'signature_invalid', 'at once');

-- What one key made is not another's to bring back.
select tests.become_key('ann', 'second');
select throws_ok($$ select public.change_hook('weather', tests.hook_id('by key'), version => 1) $$, 'PT409', 'made_by_other_key', 'another key does not change it');
select throws_ok($$ select tests.rotate('by key', 2) $$, 'PT409', 'made_by_other_key', 'nor give it a secret');
select throws_ok($$ select public.change_hook('weather', tests.hook_id('c'), true) $$, 'PT409', 'made_by_other_key', 'nor change what that one had changed');
select is((select key_id from tests.hook('d')), tests.key_id('second'), 'it makes its own');
select lives_ok($$ select public.change_hook('weather', tests.hook_id('d'), true) $$, 'changes it');
select lives_ok($$ select tests.rotate('d', 2) $$, 'and gives it a secret');
select lives_ok($$ select public.delete_hook('weather', tests.hook_id('d')) $$, 'and ends one');
select tests.become('ann');
select lives_ok($$ select public.change_hook('weather', tests.hook_id('by key'), true) $$, 'a person changes it');
select tests.become('service');
select is(tests.found('by key'), 'none', 'which does not bring it back');

-- Secrets.
select tests.become('ann');
select is((select secret_version from tests.rotate('a', 2)), 2, 'a secret is replaced');
select is(tests.trail(1), 'hook.rotated', 'which is in the audit log');
select throws_ok($$ select tests.rotate('a', 2) $$, 'PT409', 'secret_changed', 'by one person at a time');
select throws_ok($$ select tests.rotate('a', 3, 604801) $$, 'PT400', 'invalid_request', 'the old one is good for a week at most');
select tests.become('service');
select is(tests.found('a'), 'next,locked', 'both are good for a while');
select tests.operate();
update app.signing_secrets set expires_at = now() where sealed = 'locked' and subject = 'hook.' || tests.hook_id('a');
select tests.become('service');
select is(tests.found('a'), 'next', 'and then the new one alone');
select tests.become('ann');
select tests.rotate('a', 3, 60, 'third');
select tests.rotate('a', 4, 60, 'fourth');
select tests.become('service');
select is(tests.found('a'), 'fourth,third', 'never more than two');
select tests.become('ann');
select tests.rotate('a', 5, 0, 'fifth');
select tests.become('service');
select is(tests.found('a'), 'fifth', 'or one, where the old one shall be good no more');

-- What comes in.
select is(
  (public.find_hook(tests.hook_id('a'))::jsonb - 'id' - 'secrets' - 'agent_id' - 'executes_per_minute'),
  jsonb_build_object('owner_id', tests.id('ann'), 'key_id', null, 'kind', 'standard', 'version', 1, 'input_schema', null),
  'the functions are told what to check by'
);
select is(public.find_hook(gen_random_uuid())::text, null, 'and nothing of what is not there');
select is(tests.accept('a', '{id 1}'), 'false', 'a delivery is taken in');
select is(tests.queued(), 'weather 1 queued webhook t {"a":1}', 'and a run is queued with it, that says whence');
select is(tests.accept('a', '{id 1,body 1}'), 'true', 'the same one again is known');
select is(tests.accept('a', '{id 1}', input => '{"b":2}'), 'true', 'by its mark alone');
select is(tests.accept('a', '{id 2,body 1}'), 'false', 'a mark that was never stored is new');
select is(tests.accept('a', '{id 3,body 1}'), 'true', 'any mark that was stored is enough');
select is(tests.all_queued(), 2::bigint, 'and each began one run');
select throws_ok($$ select tests.accept('a', '{}') $$, 'PT400', 'invalid_request', 'a delivery has marks');
select ok(tests.used('a') is not null, 'that it is used is known');
select throws_ok($$ select tests.accept('a', '{id 9}', 7) $$, 'PT404', 'not_found', 'a version that is not there is not run');
select is(tests.accept('a', '{id 9}'), 'false', 'and what was refused may come again');
select tests.become('ann');
select public.change_hook('weather', tests.hook_id('a'), false);
select tests.become('service');
select is(tests.found('a'), 'none', 'one that is switched off is not there');
select tests.become('ann');
select public.change_hook('weather', tests.hook_id('a'), true, version => 1);
select is((select version from public.change_hook('weather', tests.hook_id('a'), version => 0)), null, 'version 0 is the published one');
select tests.quarantine('user', tests.id('ann'));
select tests.become('service');
select is(tests.found('a'), 'fifth', 'of a quarantined owner whoever can sign is told');
select throws_ok($$ select tests.accept('a', '{id 4}') $$, 'PT423', 'user_quarantined', 'and nothing is queued');
select tests.release('user', tests.id('ann'));
select tests.operate();
update app.user_roles set role = 'viewer' where user_id = tests.id('ann');
insert into app.user_roles values (tests.id('ann'), 'viewer') on conflict do nothing;
select tests.become('service');
select is(tests.found('a'), 'none', 'whose owner may not run agents any more has none');
select tests.operate();
delete from app.user_roles where user_id = tests.id('ann');

-- The keys of the functions change.
select tests.become('service');
select is(public.list_stale_secrets('k2') ->> 'total', '3', 'what hooks are signed with is locked anew, too');
create temporary table stale on commit drop as
select e ->> 'id' as id, (e ->> 'version')::int as version, e ->> 'name' as name, e ->> 'sealed' as sealed
from json_array_elements(public.list_stale_secrets('k2') -> 'secrets') as e;
select is((select name from stale where sealed = 'fifth'), 'hook.' || tests.hook_id('a'), 'it is bound to its hook');
select is(public.list_stale_secrets('k1') ->> 'total', '0', 'but what is locked by this key already');
select ok(not (select public.reseal_secret(id::uuid, version, 'k0', 'k2', 'x') from stale where sealed = 'fifth'), 'from no other key');
select ok(not (select public.reseal_secret(id::uuid, version + 1, 'k1', 'k2', 'x') from stale where sealed = 'fifth'), 'nor of another version');
select ok((select public.reseal_secret(id::uuid, version, 'k1', 'k2', 'relocked') from stale where sealed = 'fifth'), 'from one key');
select is(tests.found('a'), 'relocked', 'to the next');

-- Ending.
select tests.become('ann');
select public.delete_hook('weather', tests.hook_id('a'));
select is(tests.trail(1), 'hook.deleted', 'that one ended is in the audit log');
select is(tests.signings(), 2::bigint, 'and its secrets went with it');
select throws_ok($$ select public.delete_hook('weather', gen_random_uuid()) $$, 'PT404', 'not_found', 'what is not there does not end');
select * from finish();
rollback;
