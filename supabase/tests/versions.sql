begin;
\ir helpers.psql
select plan(48);

select tests.become('ann');
select public.create_agent('weather', '', 'export default () => "é"', 'typescript', '{"type":"object"}', '[{"code":"x"}]');
select results_eq(
  $$ select version, source, language, input_schema::text, findings::text, published_at is not null from public.agent_versions $$,
  $$ values (1, 'export default () => "é"', 'typescript', '{"type":"object"}', '[{"code":"x"}]', true) $$,
  'creating an agent writes and publishes version 1'
);
select is(
  (select source_hash from public.agent_versions),
  encode(sha256(convert_to('export default () => "é"', 'UTF8')), 'hex'),
  'the database hashes the source itself'
);

select results_eq(
  $$ select version, published_at is not null from public.create_version('weather', 'two', 'javascript') $$,
  $$ values (2, true) $$,
  'a new version has the next number and is published'
);
select results_eq(
  'select current_version from public.agents', array[2],
  'the published version is the one that runs'
);
select results_eq(
  $$ select version, published_at is not null from public.create_version('weather', 'three', 'javascript', publish => false) $$,
  $$ values (3, false) $$,
  'a version may be written without being published'
);
select results_eq(
  'select current_version from public.agents', array[2],
  'an unpublished version does not run'
);
select results_eq(
  $$ select current_version from public.publish_version('weather', 1) $$, array[1],
  'publishing an earlier version rolls back'
);
select results_eq(
  $$ select current_version from public.publish_version('weather', 3) $$, array[3],
  'publishing a later version rolls forward'
);
select ok(
  (select published_at is not null from public.agent_versions where version = 3),
  'a version remembers that it was published'
);
select throws_ok(
  $$ select public.publish_version('weather', 4) $$, 'PT404', 'not_found',
  'a version that does not exist is not published'
);

select public.create_agent('other', '', 'one', 'javascript');
select public.create_version('other', 'two', 'javascript', publish => false);
select public.publish_version('weather', 2), public.publish_version('weather', 3);
select is_empty(
  $$ select from public.agent_versions where source = 'two' and language = 'javascript' and published_at is not null
     and agent_id = (select id from public.agents where name = 'other') $$,
  'publishing a version leaves other agents'' versions alone'
);
select public.delete_agent('other');

select results_eq(
  $$ select version from public.find_program('weather') $$,
  array[3], 'find_program finds the published version'
);
select results_eq(
  $$ select version from public.find_program('weather', 2) $$,
  array[2], 'find_program finds a version by number'
);
select is_empty(
  $$ select * from public.find_program('weather', 9) $$,
  'find_program finds no version that is not there'
);

select throws_ok(
  $$ insert into public.agent_versions (agent_id, owner_id, version, source, source_hash, language)
     select id, owner_id, 9, 'x', repeat('0', 64), 'javascript' from public.agents $$,
  '42501', null, 'not even an owner inserts a version behind the API''s back'
);
select throws_ok(
  $$ update public.agent_versions set source = 'else' $$,
  '42501', null, 'an owner does not change a version'
);
select throws_ok(
  'delete from public.agent_versions', '42501', null,
  'an owner does not delete a version'
);

select throws_ok(
  $$ select public.create_version('weather', repeat('x', 262145), 'javascript') $$, '23514', null,
  'a source has at most 256 KiB'
);
select lives_ok(
  $$ select public.create_version('weather', repeat('x', 262144), 'javascript') $$,
  'a source may have 256 KiB'
);
select throws_ok(
  $$ select public.create_version('weather', repeat('é', 131073), 'javascript') $$, '23514', null,
  'a source is measured in bytes'
);
select throws_ok(
  $$ select public.create_version('weather', '', 'javascript') $$,
  '23514', null, 'a source is not empty'
);
select throws_ok(
  $$ select public.create_version('weather', 'x', 'cobol') $$,
  '23514', null, 'a language is one that can run'
);
select throws_ok(
  $$ select public.create_version('weather', 'x', 'javascript', '{"a":') $$,
  '22P02', null, 'an input schema is JSON'
);
select throws_ok(
  $$ select public.create_version('weather', 'x', 'javascript', '[]') $$, '23514', null,
  'an input schema is an object or a boolean'
);
select throws_ok(
  $$ select public.create_version('weather', 'x', 'javascript', json_build_object('a', repeat('x', 16384))::text) $$,
  '23514', null, 'an input schema has at most 16 KiB'
);
select throws_ok(
  $$ select public.create_version('weather', 'x', 'javascript', null, '{}') $$,
  '23514', null, 'findings are a list'
);
select throws_ok(
  $$ select public.create_version('weather', 'x', 'javascript', null, json_build_array(repeat('x', 262144))::text) $$,
  '23514', null, 'findings have at most 256 KiB'
);
select is(
  (select input_schema::text from public.create_version('weather', 'x', 'javascript', '{"b":1, "a":"\u0000\ud800"}')),
  '{"b":1, "a":"\u0000\ud800"}', 'JSON is kept as it came'
);
select results_eq(
  $$ select program, seal from public.create_version('weather', 'x', 'javascript', program => 'p', seal => repeat('A', 43)) $$,
  $$ values ('p', repeat('A', 43)) $$, 'a prepared program is kept with its seal'
);
select throws_ok(
  $$ select public.create_version('weather', 'x', 'javascript', program => 'p') $$, '23514', null,
  'a program without a seal is refused'
);
select throws_ok(
  $$ select public.create_version('weather', 'x', 'javascript', seal => repeat('A', 43)) $$,
  '23514', null,
  'a seal without a program is refused'
);
select throws_ok(
  $$ select public.create_version('weather', 'x', 'javascript', program => 'p', seal => repeat('A', 44)) $$,
  '23514', null,
  'a seal is 256 bits in base64url'
);
select throws_ok(
  $$ select public.create_version('weather', 'x', 'javascript', program => repeat('x', 262145), seal => repeat('A', 43)) $$,
  '23514', null, 'a program has at most 256 KiB'
);
select throws_ok(
  $$ select public.create_agent('half', '', '', 'javascript') $$,
  '23514', null, 'an agent needs a version'
);
select is_empty(
  $$ select * from public.agents where name = 'half' $$,
  'an agent whose version is refused is not half written'
);

select tests.become('bob');
select is_empty('table public.agent_versions', 'a stranger sees no version');
select is_empty($$ select * from public.find_program('weather') $$, 'a stranger finds no program');
select is(
  tests.error_of($$ select public.create_version('weather', 'x', 'javascript') $$),
  tests.error_of($$ select public.create_version('missing', 'x', 'javascript') $$),
  'create_version cannot tell a hidden agent from a missing one'
);
select is(
  tests.error_of($$ select public.publish_version('weather', 1) $$),
  tests.error_of($$ select public.publish_version('missing', 1) $$),
  'publish_version cannot tell a hidden agent from a missing one'
);

select tests.become('vic');
select throws_ok(
  $$ select public.create_version('weather', 'x', 'javascript') $$,
  'PT403', 'forbidden', 'a viewer writes no version'
);
select throws_ok(
  $$ select public.publish_version('weather', 1) $$,
  'PT403', 'forbidden', 'a viewer publishes no version'
);

select tests.become('anon');
select throws_ok(
  'table public.agent_versions', '42501', null,
  'an anonymous caller is refused outright'
);

select tests.become('service');
select throws_ok(
  $$ update public.agent_versions set published_at = now() $$,
  '42501', null, 'the service does not change a version'
);

select tests.operate();
select throws_ok(
  $$ update public.agent_versions set source = 'else' where version = 1 $$, '42501', null,
  'not even the owner of the table changes a version''s source'
);
select throws_ok(
  $$ update public.agent_versions set findings = '[]' where version = 1 $$, '42501', null,
  'nor anything else that was written with it'
);
select is(
  (select source_hash from app.write_version(
    (select a from public.agents as a), 'y', 'javascript', null, '[]', false, null, null, null)),
  encode(sha256('y'), 'hex'), 'every way to write a version hashes it'
);

update app.settings set max_versions = 2;
select tests.become('ann');
select throws_ok(
  $$ select public.create_version('weather', 'x', 'javascript') $$, 'PT409', 'too_many_versions',
  'an agent has at most max_versions versions'
);

select tests.operate();
delete from app.role_permissions where permission = 'agents:read';
select tests.become('ann');
select is_empty('table public.agent_versions', 'an owner whose role may not read sees nothing');

select * from finish();
rollback;
