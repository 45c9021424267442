begin;
\ir helpers.psql
select plan(42);

select tests.operate();
set constraints all immediate;
select tests.agent('ann', 'weather');
select tests.agent('ann', 'news');
select tests.agent('bob', 'weather');
select tests.key('ann', 'laptop');
select tests.become('service');
select tests.start('ann', 'weather', 'one');
select tests.start('ann', 'news', 'two', key => 'laptop');
select tests.start('bob', 'weather', 'of bob');
select public.append_run_events(tests.run_id('one'), '[{"seq":2,"type":"log","data":"{\"n\":9007199254740993,\"t\":\"\\u0000\"}"}]');
select public.record_security_events(tests.events('suspicious', 'ann', 2));
select tests.become('amy');
select public.quarantine('user', tests.id('bob'), 'odd');

select tests.operate();
create function tests.collected(kind text, target uuid default null, since timestamptz default now() - interval '1 h',
  until timestamptz default now() + interval '1 h') returns json
language sql as $$ select public.collect_evidence(kind, since, until, target) $$;
-- How many rows there are in each section.
create function tests.sizes(collected json) returns text
language sql as $$
  select string_agg(name || ' ' || json_array_length(text::json), ', ' order by name)
  from json_each_text(collected) as section (name, text)
$$;
create function tests.section(collected json, name text) returns setof json
language sql as $$ select json_array_elements((collected ->> name)::json) $$;

select tests.become('amy');
select is(
  tests.sizes(tests.collected('agent', tests.agent_id('ann', 'weather'))),
  'agent_versions 1, agents 1, api_keys 0, audit_checkpoints 0, audit_head 1, audit_log 3, quarantines 0, run_events 2, runs 1, security_events 0, tool_calls 0',
  'about an agent there is all of it and nothing of others'
);
select is_empty(
  $$ select tests.section(tests.collected('agent', tests.agent_id('ann', 'weather'), now() - interval '2 d', now() - interval '1 d'),
      'agent_versions') $$,
  'a version that the stretch is not about is not among it'
);
select is(
  tests.sizes(tests.collected('user', tests.id('ann'))),
  'agent_versions 2, agents 2, api_keys 1, audit_checkpoints 0, audit_head 1, audit_log 7, quarantines 0, run_events 3, runs 2, security_events 2, tool_calls 0',
  'about a user, all of theirs'
);
select is(
  tests.sizes(tests.collected('user', tests.id('bob'))),
  'agent_versions 1, agents 1, api_keys 0, audit_checkpoints 0, audit_head 1, audit_log 5, quarantines 1, run_events 1, runs 1, security_events 0, tool_calls 0',
  'and what was done to them'
);
select is(
  tests.sizes(tests.collected('key', tests.key_id('laptop'))),
  'agent_versions 1, agents 1, api_keys 1, audit_checkpoints 0, audit_head 1, audit_log 4, quarantines 0, run_events 1, runs 1, security_events 0, tool_calls 0',
  'about a key, what it ran'
);
select tests.operate();
create table tests.everything as
select (select count(*) from public.audit_log) as audit_log, (select count(*) from public.agents) as agents;
grant select on tests.everything to authenticated;
select tests.become('amy');
select is(
  tests.sizes(tests.collected('everything')),
  format('agent_versions 3, agents 3, api_keys 1, audit_checkpoints 0, audit_head 1, audit_log %s, quarantines 1, run_events 4, runs 3, security_events 2, tool_calls 0', audit_log),
  'about everything, the whole log without a gap'
) from tests.everything;
select is(
  tests.sizes(tests.collected('everything', until => now() - interval '1 min')),
  'agent_versions 0, agents 3, api_keys 1, audit_checkpoints 0, audit_head 1, audit_log 0, quarantines 1, run_events 0, runs 0, security_events 0, tool_calls 0',
  'what happened outside the stretch is left out, what there is, is not'
);
select is(
  tests.sizes(tests.collected('user', tests.id('nobody'))),
  'agent_versions 0, agents 0, api_keys 0, audit_checkpoints 0, audit_head 1, audit_log 0, quarantines 0, run_events 0, runs 0, security_events 0, tool_calls 0',
  'about nobody there is nothing'
);

select is(
  (select row ->> 'source' from tests.section(tests.collected('agent', tests.agent_id('ann', 'weather')), 'agent_versions') as row),
  'export default () => 1', 'the code is in it'
);
select ok(
  (tests.collected('agent', tests.agent_id('ann', 'weather')) ->> 'run_events') ~ '"n":9007199254740993,"t":"\\u0000"',
  'and what happened, byte for byte'
);
select unalike(tests.collected('everything')::text, '%' || what || '%', 'no ' || what || ' is in it')
from unnest(array['secret_hash', tests.secret_hash('laptop'), '"seal"', '"program"']) as what;
select tests.operate();
create table tests.kept as
select (select array_agg(seq order by seq) from public.audit_log) as seqs, h.seq, h.hash from app.audit_head as h;
grant select on tests.kept to authenticated;
select tests.become('amy');
select results_eq(
  $$ select (h ->> 'seq')::bigint, h ->> 'hash' from tests.section(tests.collected('everything'), 'audit_head') as h $$,
  'select seq, hash from tests.kept', 'it says where the audit log ended'
);
select is(
  (select array_agg((l ->> 'seq')::bigint) from tests.section(tests.collected('everything'), 'audit_log') as l),
  (select seqs from tests.kept), 'which is in its order'
);

select tests.operate();
-- Nobody escapes by being large: 18 MB in three values, and a version that the stretch is not about.
insert into public.run_events (run_id, seq, type, data, owner_id)
select tests.run_id('one'), n, 'log', to_json(repeat('x', 6000000)), tests.id('ann') from generate_series(3, 4) as n;
update public.runs set output = to_json(repeat('x', 6000000)) where id = tests.run_id('one');
select tests.become('amy');
select is(
  (select run ->> 'output' from json_array_elements(
    (tests.collected('user', tests.id('ann')) ->> 'runs')::json) as run
  where run ->> 'id' = tests.run_id('one')::text),
  json_build_object('left_out_bytes', 6000002, 'sha256',
    encode(sha256(convert_to('"' || repeat('x', 6000000) || '"', 'UTF8')), 'hex'))::text,
  'what is long is told by its size and hash'
);
select tests.operate();
-- More than 16 MiB all the same: 12 MB of events, 6 MB of runs.
insert into public.run_events (run_id, seq, type, data, owner_id)
select tests.run_id('one'), n, 'log', to_json(repeat('x', 60000)), tests.id('ann') from generate_series(5, 204) as n;
select tests.become('amy');
select lives_ok($$ select tests.collected('user', tests.id('ann')) $$, '12 MB are not too much');
select tests.operate();
insert into public.runs (
  id, owner_id, agent_id, agent_name, version_id, version, status, input, output, engine, layers, limits, ended_at
)
select app.uuid7(), owner_id, agent_id, agent_name, version_id, version, 'succeeded', '1',
  to_json(repeat('x', 60000)), engine, layers, limits, now()
from public.runs, generate_series(1, 100) where id = tests.run_id('one');
select tests.become('amy');
select throws_ok(
  $$ select tests.collected('user', tests.id('ann')) $$, 'PT413', 'evidence_too_large',
  'more than 16 MiB are, whatever sections they are in'
);
select lives_ok($$ select tests.collected('user', tests.id('bob')) $$, 'which stops nobody from collecting less');

select throws_ok(
  format('select tests.collected(%s)', wrong), 'PT400', 'invalid_request', 'refused: ' || wrong
) from unnest(array[
  $$ 'planet', tests.id('ann') $$, $$ null, tests.id('ann') $$, $$ 'user', null $$, $$ 'everything', tests.id('ann') $$,
  $$ 'everything', since => null $$, $$ 'everything', until => null $$, $$ 'everything', since => now(), until => now() $$
]) as wrong;

select tests.become('service');
select results_eq(
  $$ select id, kind, target, reason, manifest, signature, sections, created_by from public.keep_evidence(tests.id('bundle'), 'user',
     'odd', now() - interval '1 h', now(), '{"m":1}', 'e30.e30.e30', '{"s":2}', tests.id('amy'), tests.id('bob')) $$,
  $$ select tests.id('bundle'), 'user', tests.id('bob'), 'odd', '{"m":1}', 'e30.e30.e30', '{"s":2}', tests.id('amy') $$,
  'a bundle is kept as it was signed'
);
select results_eq(
  'select actor_id, action, resource_id, details ->> ''manifest_hash'' from tests.entries()',
  $$ select tests.id('amy'), 'evidence.collected', tests.id('bundle')::text, encode(sha256('{"m":1}'), 'hex') $$,
  'which is in the audit log, with the hash of what was signed'
);
select throws_ok(
  $$ select public.keep_evidence(tests.id('bundle'), 'user', 'odd', now() - interval '1 h', now(), 'm', 's', 's',
     tests.id('amy'), tests.id('bob')) $$, '23505', null, 'no other takes its id'
);
select throws_ok('table public.evidence', '42501', null, 'the service keeps it and reads it not');
select throws_ok('select tests.collected(''everything'')', '42501', null, 'nor collects');
select tests.become('amy');
select is((select sections from public.evidence), '{"s":2}', 'admins see it');
select throws_ok('delete from public.evidence', '42501', null, 'and do not remove it');
select throws_ok(
  $$ select public.keep_evidence(tests.id('b'), 'everything', 'r', now() - interval '1 h', now(), 'm', 's', 's', tests.id('amy')) $$,
  '42501', null, 'or keep one that nobody signed'
);
select tests.operate();
select throws_ok($$ update public.evidence set sections = '' $$, '42501', null, 'not even its owner changes it');
select throws_ok('delete from public.evidence', '42501', null, 'or removes it');
select throws_ok('truncate public.evidence', '42501', null, 'or all of it');
select tests.become('ann');
select is_empty('table public.evidence', 'others see none');
select throws_ok('select tests.collected(''everything'')', 'PT403', 'forbidden', 'and collect none');
select tests.operate();
insert into app.role_permissions values ('viewer', 'audit:read');
select tests.become('vic');
select is_empty('table public.evidence', 'not even who may audit');
select tests.become('anon');
select throws_ok('table public.evidence', '42501', null, 'an anonymous caller is refused');

select * from finish();
rollback;
