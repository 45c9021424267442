begin;
\ir helpers.psql
select plan(50);

select tests.operate();
set constraints all immediate;
select tests.agent('ann', 'weather');
select tests.agent('bob', 'news');
insert into public.alerts (id, rule, type, subject, count, threshold, window_s, first_at, at)
values (tests.id('alert'), 'suspicious', 'suspicious', tests.id('ann')::text, 3, 3, 60,
    '2026-01-02 12:00Z', '2026-01-02 13:00Z'),
  (tests.id('flood'), 'auth_failed', 'auth_failed', '192.0.2.1', 9, 9, 60, '2026-01-02 12:00Z', '2026-01-02 13:00Z');

select tests.become('amy');
select results_eq(
  $$ select kind, target, reason, user_id, agent_id, since, until, created_by, released_at
     from public.hold('user', tests.id('ann'), 'case 7') $$,
  $$ select 'user', tests.id('ann'), 'case 7', tests.id('ann'), null::uuid, timestamptz '-infinity',
     timestamptz 'infinity', tests.id('amy'), null::timestamptz $$,
  'an admin holds a user'
);
select throws_ok(
  $$ select public.hold('user', tests.id('ann'), 'again') $$, 'PT409', 'already_held', 'once'
);
select results_eq(
  $$ select user_id, agent_id from public.hold('agent', tests.agent_id('bob', 'news'), 'x') $$,
  $$ select tests.id('bob'), tests.agent_id('bob', 'news') $$, 'an agent, which is somebody''s'
);
select results_eq(
  $$ select user_id, since, until from public.hold('incident', tests.id('alert'), 'x') $$,
  $$ select tests.id('ann'), timestamptz '2026-01-01 12:00Z', timestamptz '2026-01-03 13:00Z' $$,
  'an incident is an alert: its user, and a day to either side'
);
select results_eq(
  $$ select user_id, agent_id from public.hold('incident', tests.id('flood'), 'x') $$,
  'values (null::uuid, null::uuid)', 'one that names no user is about everybody'
);
select throws_ok(
  format('select public.hold(%L, %s, %L)', kind, target, reason), 'PT400', 'invalid_request', what
) from (values ('key', 'tests.id(''ann'')', 'x', 'other kinds are not held'), (null, 'tests.id(''ann'')', 'x', 'nor none'),
  ('user', 'null', 'x', 'nor nobody'), ('user', 'tests.id(''bob'')', '', 'nor for no reason'),
  ('user', 'tests.id(''bob'')', null, 'a reason is given'),
  ('user', 'tests.id(''bob'')', repeat('x', 2001), 'of a length')) as v (kind, target, reason, what);
select throws_ok(
  format('select public.hold(%L, tests.id(''nobody''), ''x'')', kind), 'PT404', 'not_found',
  format('there is no such %s', kind)
) from unnest(array['user', 'agent', 'incident']) as kind;
select is((select count(*)::int from public.legal_holds), 4, 'an admin sees what is held');

select tests.become('ann');
select is_empty('table public.legal_holds', 'nobody else does');
select throws_ok($$ select public.hold('user', tests.id('bob'), 'x') $$, 'PT403', 'forbidden', 'or holds anything');
select throws_ok(
  format('select public.release_hold(%L)', tests.id('x')), 'PT403', 'forbidden', 'or releases it'
);
select throws_ok(
  $$ select public.delete_agent('weather') $$, 'PT409', 'held', 'what is held of a user is not deleted'
);
select tests.become('bob');
select throws_ok($$ select public.delete_agent('news') $$, 'PT409', 'held', 'nor is a held agent');
select tests.agent('bob', 'other');
select lives_ok($$ select public.delete_agent('other') $$, 'another one of its owner is');

-- Files: of ann, who is held, one of her agent and one of a run; and of bob's agent that is not.
select tests.operate();
select tests.agent('bob', 'third');
insert into public.runs (id, owner_id, agent_id, agent_name, version_id, version, status, input, engine, layers, limits, ended_at)
values (tests.run_id('a'), tests.id('ann'), tests.agent_id('ann', 'weather'), 'weather', tests.id('version'), 1, 'lost', '1',
  'quickjs', '{}', '{}', now());
insert into public.files (owner_id, agent_id, run_id, path, bytes, type, sha256, content)
select tests.id(who), tests.agent_id(who, agent), run, path, 0, 'text/plain', repeat('a', 64), ''
from (values ('ann', 'weather', null, 'a'), ('ann', 'weather', tests.run_id('a'), 'scratch/a'), ('bob', 'third', null, 'a'))
  as f (who, agent, run, path);
create function tests.refuses(files text) returns text
language sql as $$
  select trim(string_agg(split_part(tests.error_of(format(change, files)), '|', 2), ' ')) from unnest(array[
    'update public.files as f set sha256 = repeat(''b'', 64) where %s', 'delete from public.files as f where %s']) as change
$$;
select is(tests.refuses('owner_id = tests.id(''ann'') and run_id is null'), 'held held',
  'a file of who is held is not overwritten, nor removed');
select is(tests.refuses('run_id is not null'), '', 'a scratch area goes when its run has ended');
select is(tests.refuses('owner_id = tests.id(''bob'')'), '', 'files of others are theirs');
alter table public.runs disable trigger user;
delete from public.runs;
alter table public.runs enable trigger user;
select tests.become('ann');
select throws_ok($$ select public.remove_file('weather', 'a') $$, 'PT409', 'held', 'not by their owner either');
select tests.operate();
alter table public.files disable trigger user;
delete from public.files;
alter table public.files enable trigger user;

-- A time of everybody's.
select tests.agent('bob', 'fourth');
savepoint before_flood;
insert into public.legal_holds (kind, target, reason, since, until, created_by)
values ('incident', tests.id('x'), 'x', now() - interval '1 day', now() + interval '1 day', tests.id('amy'));
insert into public.runs (id, owner_id, agent_id, agent_name, version_id, version, status, input, engine, layers, limits,
  created_at, ended_at)
select tests.run_id('b' || ago, now() - ago * interval '1 day'), tests.id('bob'), tests.id('agent'), 'x', tests.id('version'),
  1, 'lost', '1', 'quickjs', '{}', '{}', now() - ago * interval '1 day', now() - ago * interval '23 hours'
from unnest(array[0, 3]) as ago;
select tests.become('bob');
select throws_ok($$ select public.delete_agent('fourth') $$, 'PT409', 'held', 'in an incident of everybody''s no agent is deleted');
select tests.become('amy');
select throws_ok($$ select public.erase_user(tests.id('vic')) $$, 'PT409', 'held', 'and nobody is erased');
select tests.operate();
select throws_ok($$ delete from public.runs where id = tests.run_id('b0') $$, 'PT409', 'held', 'nor any run of its time');
select lives_ok($$ delete from public.runs where created_at < now() - interval '2 days' $$, 'but one of another time');
update public.agents set created_at = now() + interval '2 days' where name = 'fourth';
select tests.become('bob');
select lives_ok($$ select public.delete_agent('fourth') $$, 'an agent that came after it was not in it');
rollback to savepoint before_flood;

-- Whoever has an administrator's key.
select tests.key('amy', 'chief', array['admin']);
select tests.become_key('amy', 'chief');
select throws_ok(
  $$ select public.hold('user', tests.id('vic'), 'x') $$, 'PT403', 'forbidden', 'no API key holds anything'
);
select throws_ok(
  $$ select public.release_hold(id) from public.legal_holds where released_at is null $$, 'PT403', 'forbidden', 'or releases it'
);
select throws_ok($$ select public.erase_user(tests.id('vic')) $$, 'PT403', 'forbidden', 'or erases anybody');
select is((select count(*)::int from public.legal_holds where released_at is null), 4, 'it sees what is held');

select tests.operate();
select throws_ok(
  format('delete from auth.users where id = %L', tests.id('ann')), 'PT409', 'held', 'a held user cannot be deleted'
);
select throws_ok('delete from public.legal_holds', '42501', null, 'nobody removes a hold');
select throws_ok(
  $$ update public.legal_holds set until = now() $$, '42501', null, 'or rewrites one'
);
select throws_ok('truncate public.legal_holds', '42501', null, 'or all of them');
select results_eq(
  $$ select action, actor_id, details ->> 'target' from public.audit_log
     where action like 'hold.%' order by seq limit 1 $$,
  $$ select 'hold.created', tests.id('amy'), tests.id('ann')::text $$, 'a hold is in the audit log'
);

insert into app.expiry_marks (name, after) values ('events x', '1');
create function tests.hold_id(of text) returns uuid
language sql stable security definer as $$
  select id from public.legal_holds where target = tests.id(of) order by id desc limit 1
$$;
select tests.become('amy');
select throws_ok(
  format('select public.release_hold(%L, repeat(''x'', 2001))', tests.hold_id('ann')), 'PT400', 'invalid_request',
  'a note has a length'
);
select results_eq(
  $$ select released_by, note, released_at is not null from public.release_hold(tests.hold_id('ann'), 'closed') $$,
  $$ select tests.id('amy'), 'closed', true $$, 'an admin releases a hold'
);
select throws_ok(
  $$ select public.release_hold(tests.hold_id('ann')) $$, 'PT409', 'not_held', 'once'
);
select throws_ok(
  $$ select public.release_hold(tests.id('none')) $$, 'PT404', 'not_found', 'that there is'
);
select tests.operate();
select is_empty('table app.expiry_marks', 'what was passed by is looked at again');
select is((select action from tests.entries()), 'hold.released', 'that, too, is in the audit log');
select throws_ok(
  $$ update public.legal_holds set released_at = null, released_by = null where kind = 'user' $$,
  '42501', null, 'what was released is held anew, not again'
);
select tests.become('amy');
select lives_ok($$ select public.hold('user', tests.id('ann'), 'case 8') $$, 'as it may be');
select public.release_hold(tests.hold_id('ann'));
select public.release_hold(tests.hold_id('alert'));
select tests.become('ann');
select lives_ok($$ select public.delete_agent('weather') $$, 'what is not held any more can be deleted');

select tests.operate();
insert into public.runs (id, owner_id, agent_id, agent_name, version_id, version, status, input, engine, layers,
  limits, ended_at)
values (tests.run_id('last'), tests.id('ann'), tests.id('agent'), 'weather', tests.id('version'), 1, 'lost', '1',
  'quickjs', '{}', '{}', now());
select tests.become('amy');
select public.hold('agent', tests.id('agent'), 'gone, but its runs are there');
select tests.operate();
select throws_ok(
  format('delete from auth.users where id = %L', tests.id('ann')), 'PT409', 'held',
  'nor can a user of whom a run is held'
);
select tests.become('amy');
select public.release_hold(id) from public.legal_holds where target = tests.id('agent');
select tests.operate();
select lives_ok(
  format('delete from auth.users where id = %L', tests.id('ann')), 'and can, once it is not'
);

select * from finish();
rollback;
