begin;
\ir helpers.psql
select plan(66);
create function tests.secret_id(name text) returns uuid
language sql stable security definer as $$
  select id from public.secrets where secrets.name = secret_id.name order by id desc limit 1
$$;
create function tests.secret(
  name text, agent text default null, sealed text default 'locked', expires_at timestamptz default null, kid text default 'k1'
) returns void
language sql as $$
  select public.create_secret((said ->> 'id')::uuid, name, array['api.example.com'], kid, sealed, (said ->> 'agent_id')::uuid, expires_at)
  from (select public.draft_secret(agent) as said offset 0) as draft
$$;
create function tests.reveal(name text, who text default 'ann', agent text default 'weather', agent_of text default 'ann')
returns text
language sql as $$
  select public.reveal_secret(tests.id(who), tests.agent_id(agent_of, agent), name) ->> 'sealed'
$$;
create function tests.last_used(name text) returns timestamptz
language sql stable security definer as $$
  select last_used_at from public.secrets where id = tests.secret_id(last_used.name)
$$;
create function tests.trail(how_many int) returns text
language sql security definer as $$
  select string_agg(action, ' ' order by seq) from tests.entries(how_many)
$$;
create function tests.details() returns jsonb
language sql security definer as $$ select details from tests.entries() $$;
create function tests.stale(kid text, after uuid default null, max int default 50) returns text
language sql as $$
  select (said ->> 'total') || ':' || coalesce((
    select string_agg(each ->> 'sealed', ',' order by n) from json_array_elements(said -> 'secrets') with ordinality as list (each, n)
  ), '') from public.list_stale_secrets(stale.kid, stale.after, stale.max) as said
$$;
set constraints all immediate;

-- What the broker is handed.
select tests.agent('ann', 'weather');
select tests.agent('ann', 'news');
select tests.agent('bob', 'weather');
select tests.become('ann');
select tests.secret('SHARED', null, 'shared');
select tests.secret('BOTH', null, 'for all');
select tests.secret('BOTH', 'weather', 'for one');
select tests.secret('OWN', 'weather', 'own');
select tests.secret('EXPIRES', null, 'expires', now() + interval '1 minute');
select tests.secret('SHADOWED', null, 'lasts');
select tests.secret('SHADOWED', 'weather', 'expires first', now() + interval '1 minute');
select tests.become('service');
select is(
  public.reveal_secret(tests.id('ann'), tests.agent_id('ann', 'weather'), 'OWN')::jsonb - 'id',
  jsonb_build_object('owner_id', tests.id('ann'), 'agent_id', tests.agent_id('ann', 'weather'), 'name', 'OWN',
    'version', 1, 'hosts', array['api.example.com'], 'expires_at', null, 'kid', 'k1', 'sealed', 'own'),
  'the broker gets a locked value and what it is bound to'
);
select is(tests.reveal('SHARED'), 'shared', 'of all agents');
select is(tests.reveal('SHARED', agent => 'news'), 'shared', 'for each of them');
select is(tests.reveal('OWN', agent => 'news'), null, 'of one, for that one only');
select is(tests.reveal('BOTH'), 'for one', 'an agent''s own comes before its owner''s');
select is(tests.reveal('BOTH', agent => 'news'), 'for all', 'which the others get');
select is(tests.reveal('NONE'), null, 'nothing where there is none');
select is(tests.reveal(null), null, 'or where nothing is asked for');
select is(public.reveal_secret(tests.id('ann'), null, 'SHARED') ->> 'sealed', 'shared', 'without an agent, a user''s own');
select is(public.reveal_secret(tests.id('ann'), null, 'BOTH') ->> 'sealed', 'for all', 'which is for all agents');
select is(public.reveal_secret(tests.id('ann'), null, 'OWN')::text, null, 'and none that is for one');
select is(public.reveal_secret(tests.id('bob'), null, 'SHARED')::text, null, 'nor a stranger''s');
select is(public.reveal_secret(null, null, 'SHARED')::text, null, 'nobody has any');
select is(public.reveal_secret(tests.id('ann'), gen_random_uuid(), 'SHARED')::text, null, 'an agent that is not there gets none');
select is(tests.reveal('SHARED', 'bob', agent_of => 'bob'), null, 'a stranger''s agent gets none');
select is(tests.reveal('SHARED', 'ann', agent_of => 'bob'), null, 'nor for a user whose it is not');
select is(tests.reveal('SHARED', 'bob'), null, 'nor does the agent give it to a stranger');
select is(tests.reveal('EXPIRES'), 'expires', 'one that will expire is there');
select tests.operate();
alter table public.secrets disable trigger freeze_secret;
update public.secrets set expires_at = now() - interval '2 milliseconds' where expires_at is not null;
alter table public.secrets enable trigger freeze_secret;
select tests.become('service');
select is(tests.reveal('EXPIRES'), null, 'until it has');
select is(tests.reveal('SHADOWED'), null, 'an expired one of the agent''s is not made up for by its owner''s');
select is(tests.reveal('SHADOWED', agent => 'news'), 'lasts', 'which the others get, too');

-- When it was used.
select isnt(tests.last_used('SHARED'), null, 'use is noted');
select is(tests.last_used('EXPIRES'), now(), 'of what was handed out');
select tests.operate();
update public.secrets set last_used_at = now() - interval '59 seconds' where name = 'OWN';
select tests.become('service');
select tests.reveal('OWN');
select is(tests.last_used('OWN'), now() - interval '59 seconds', 'once a minute');
select tests.operate();
update public.secrets set last_used_at = now() - interval '61 seconds' where name = 'OWN';
select tests.become('service');
select tests.reveal('OWN');
select is(tests.last_used('OWN'), now(), 'and again after it');
select tests.become('ann');
select results_eq(
  $$ select version, last_used_at from public.replace_secret(tests.secret_id('OWN'), 2, array['api.example.com'], 'k1', 'own 2') $$,
  $$ values (2, null::timestamptz) $$, 'a new version has not been used'
);

-- What is locked by another key.
select tests.secret('NEW', null, 'new', kid => 'k2');
select tests.become('service');
select is(tests.stale('k2'), '7:shared,for all,for one,own 2,expires,lasts,expires first', 'what is locked by other keys is listed, by id');
select is(tests.stale('k1'), '1:new', 'whichever they are');
select is(tests.stale('k2', max => 2), '7:shared,for all', 'in batches');
select is(tests.stale('k2', tests.secret_id('OWN'), 2), '7:expires,lasts', 'one after the other');
select ok(public.reseal_secret(tests.secret_id('SHARED'), 1, 'k1', 'k2', 'relocked'), 'a value is locked anew');
select is(tests.reveal('SHARED'), 'relocked', 'and handed out so');
select is(tests.stale('k2', max => 1), '6:for all', 'and is not listed any more');
select ok(not public.reseal_secret(tests.secret_id('SHARED'), 1, 'k1', 'k2', 'again'), 'not by who was slower');
select ok(not public.reseal_secret(tests.secret_id('OWN'), 1, 'k1', 'k2', 'old'), 'and not in place of a newer version');
select is(tests.reveal('OWN'), 'own 2', 'which stays');
select throws_ok($$ select public.reseal_secret(tests.secret_id('OWN'), 2, 'k1', 'K', 'x') $$, 'PT400', 'invalid_request', 'a key has a name');
select throws_ok($$ select public.reseal_secret(tests.secret_id('OWN'), 2, 'k1', 'vault', 'x') $$, 'PT501', 'secrets_unavailable', 'and Vault is not here');

-- What does not open.
select public.mark_unopened(tests.secret_id('OWN'), 1, 'k1');
select public.mark_unopened(tests.secret_id('OWN'), 2, 'k2');
select is(tests.stale('k2', max => 2), '6:for all,for one', 'what is of another version or key is not marked');
select public.mark_unopened(id, 1, 'k1') from unnest(array[tests.secret_id('BOTH'), tests.secret_id('EXPIRES')]) as id;
select is(tests.stale('k2', max => 2), '6:for all,own 2', 'what did not open makes way for the rest');
select is(
  (select string_agg(concat_ws(' ', said ->> 'total', said ->> 'unopened', each ->> 'sealed'), ',')
   from public.list_stale_secrets('k2', unopened => true) as said, json_array_elements(said -> 'secrets') as each),
  '6 2 for one,6 2 expires', 'and is listed and counted apart'
);
select is(tests.trail(1), 'secret.resealed', 'which changes nothing, and is no entry');
select public.reseal_secret(tests.secret_id('EXPIRES'), 1, 'k1', 'k3', 'opened after all');
select is(tests.stale('k2'), '6:for all,own 2,opened after all,lasts,expires first', 'until it opens');
select tests.operate();
update app.secret_values set kid = 'vault', sealed = null, vault_id = gen_random_uuid() where secret_id = tests.secret_id('SHADOWED');
select tests.become('service');
select is(tests.stale('k2'), '6:for all,own 2,opened after all,lasts', 'what is in no Vault stops no list');
select is(
  (select count(*)::int from json_array_elements(public.list_stale_secrets('k2') -> 'secrets')), 5, 'and is in it'
);
select tests.operate();
update app.secret_values set kid = 'k1', sealed = 'expires first', vault_id = null where secret_id = tests.secret_id('SHADOWED');
select tests.become('service');
select public.reseal_secret(tests.secret_id('SHADOWED'), 1, 'k1', 'k2', 'expires first 2');

-- The trail.
select is(tests.trail(1), 'secret.resealed', 'a value that is locked anew is an entry');
select is(tests.details(), '{"kid": ["k1", "k2"]}', 'which names the keys');
select tests.become('ann');
select tests.secret('TRAIL', 'weather', 'the locked value');
select is(tests.trail(1), 'secret.created', 'a new secret is one');
select is(
  tests.details(),
  jsonb_build_object('owner_id', tests.id('ann'), 'agent_id', tests.agent_id('ann', 'weather'), 'name', 'TRAIL',
    'hosts', array['api.example.com'], 'version', 1),
  'without its value'
);
select public.replace_secret(tests.secret_id('TRAIL'), 2, array['other.example.com'], 'k1', 'the next value');
select is(tests.trail(2), 'secret.created secret.replaced', 'a new version is one, and one only');
select is(
  tests.details(),
  jsonb_build_object('name', 'TRAIL', 'agent_id', tests.agent_id('ann', 'weather'), 'version', array[1, 2],
    'hosts', array[array['api.example.com'], array['other.example.com']]),
  'which says what changed'
);
select tests.become('service');
select tests.reveal('TRAIL');
select is(tests.trail(1), 'secret.replaced', 'that a secret is used is none');
select tests.become('ann');
select public.delete_secret(tests.secret_id('TRAIL'));
select is(tests.trail(1), 'secret.deleted', 'that it is gone is one');
select is(tests.details() ->> 'version', '2', 'with its last version');
select tests.operate();
update app.secret_values set sealed = (select sealed from app.secret_values where secret_id = tests.secret_id('NEW'))
where secret_id = tests.secret_id('OWN');
select is(tests.trail(1), 'secret.resealed', 'and that a locked value was moved behind the API''s back');
select is_empty($$ select from public.audit_log where details::text ~ 'locked|the next value' $$, 'no entry holds a locked value');

-- In Vault, as Supabase's projects have it.
create schema vault;
create table vault.secrets (id uuid primary key default gen_random_uuid(), name text unique, secret text);
create view vault.decrypted_secrets as select id, name, 'decrypted ' || secret as decrypted_secret from vault.secrets;
create function vault.create_secret(new_secret text, new_name text default null, new_description text default '', new_key_id uuid default null)
returns uuid language sql as $$ insert into vault.secrets (name, secret) values (new_name, new_secret) returning id $$;
create function vault.update_secret(secret_id uuid, new_secret text default null, new_name text default null, new_description text default null, new_key_id uuid default null)
returns void language sql as $$ update vault.secrets set secret = new_secret where id = secret_id $$;
select tests.become('ann');
select tests.secret('VAULTED', null, 'plain', kid => 'vault');
select throws_ok('table vault.secrets', '42501', null, 'its owner does not see into Vault');
select tests.operate();
select results_eq('select name, secret from vault.secrets', $$ values ('cloister.' || tests.secret_id('VAULTED'), 'plain') $$, 'Vault is handed what is to be locked');
select results_eq(
  $$ select kid, sealed, vault_id from app.secret_values where secret_id = tests.secret_id('VAULTED') $$,
  $$ select 'vault', null, id from vault.secrets $$, 'and we keep where it lies'
);
select tests.become('service');
select is(tests.reveal('VAULTED'), 'decrypted plain', 'the broker gets what Vault unlocks');
select tests.become('ann');
select public.replace_secret(tests.secret_id('VAULTED'), 2, array['api.example.com'], 'vault', 'plain 2');
select tests.operate();
select results_eq('select secret from vault.secrets', array['plain 2'], 'a new version takes the place of the old one');
select tests.become('service');
select is(tests.stale('vault', max => 0), '8:', 'what does not lie in Vault can be moved there');
select public.reseal_secret(tests.secret_id('VAULTED'), 2, 'vault', 'k2', 'moved');
select is(tests.reveal('VAULTED'), 'moved', 'and what lies there, back');
select tests.operate();
select is_empty('select from vault.secrets', 'and is in Vault no more');
select tests.become('ann');
select public.replace_secret(tests.secret_id('VAULTED'), 3, array['api.example.com'], 'vault', 'plain 3');
select tests.become('service');
select is(tests.reveal('VAULTED'), 'decrypted plain 3', 'a new value may go there, too');
select tests.operate();
delete from auth.users where id = tests.id('ann');
select is_empty('select from vault.secrets', 'what is gone here is gone in Vault');
select * from finish();
rollback;
