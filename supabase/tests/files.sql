begin;
\ir helpers.psql
select plan(75);

-- Writes a file of somebody's agent as the server does, and says what came of it.
create function tests.put(owner text, agent text, path text, content text default 'x', expected text default null, key text default null)
returns text language sql as $$
  select tests.error_of(format('select public.put_file(%L, %L, %L, %L, content => %L, expected => %L, key_id => %L)',
    tests.id(owner), agent, path, 'text/plain', translate(encode(convert_to(content, 'UTF8'), 'base64'), E'\n', ''), expected, tests.key_id(key)))
$$;
-- The same for a run.
create function tests.write(run text, path text, content text default 'x', max_bytes bigint default 1000, max_files int default 10, removed text[] default '{}')
returns text language sql as $$
  select tests.error_of(format('select public.write_run_files(%L, %L, %s, %s, %L)', tests.run_id(run),
    jsonb_build_array(jsonb_build_object('path', path, 'type', 'text/plain', 'content', translate(encode(convert_to(content, 'UTF8'), 'base64'), E'\n', ''))),
    max_bytes, max_files, removed))
$$;
create function tests.code(said text) returns text language sql as $$ select split_part(said, '|', 2) $$;
create function tests.paths() returns text[] language sql security definer as $$
  select array(select path from public.files order by path)
$$;

select tests.agent('ann', 'weather');
select tests.agent('ann', 'news');
select tests.agent('bob', 'weather');

-- Users and their agents' files.
select tests.become('ann');
select throws_ok($$ select public.put_file(tests.id('ann'), 'weather', 'a', 'text/plain', content => '') $$, '42501', null,
  'users write through the server alone');
select throws_ok($$ insert into public.files (path) values ('a') $$, '42501', null, 'and not into the table');
select tests.become('service');
select is(tests.put('ann', 'weather', 'a.txt', 'one'), 'no error', 'the server writes for a user');
select is(tests.code(tests.put('bob', 'news', 'a.txt')), 'not_found', 'into the user''s own agents');
select is(tests.code(tests.put('vic', 'weather', 'a.txt')), 'forbidden', 'where the user may write');
select tests.become('ann');
select is((select public.read_file('weather', 'a.txt')) ->> 'content', encode('one', 'base64'), 'owners read what is in their files');
select is((select public.read_file('weather', 'a.txt')) ->> 'sha256', encode(sha256('one'), 'hex'), 'with its hash, which the database computes');
select is((select public.read_file('news', 'a.txt')), null, 'of the agent that they name');
select tests.become('bob');
select is((select public.read_file('weather', 'a.txt')), null, 'strangers do not');
select is_empty('table public.files', 'and see no row');
select throws_ok($$ select public.remove_file('news', 'a.txt') $$, 'PT404', 'not_found', 'or remove any');
select tests.become('anon');
select throws_ok($$ select public.read_file('weather', 'a.txt') $$, '42501', null, 'an anonymous caller reads nothing');
select throws_ok('table public.files', '42501', null, 'and sees nothing');
select tests.become('vic');
select throws_ok($$ select public.remove_file('weather', 'a.txt') $$, 'PT403', 'forbidden', 'who may only read removes nothing');

-- Keys of one agent.
select tests.key('ann', 'newsy', agent => 'news');
select tests.become_key('ann', 'newsy');
select is((select public.read_file('weather', 'a.txt')), null, 'a key of one agent reads no other''s files');
select is_empty('table public.files', 'and sees none');
select throws_ok($$ select public.remove_file('weather', 'a.txt') $$, 'PT404', 'not_found', 'or removes any');
select tests.become('service');
select is(tests.code(tests.put('ann', 'weather', 'b.txt', key => 'newsy')), 'not_found', 'or writes any');
select is(tests.put('ann', 'news', 'b.txt', key => 'newsy'), 'no error', 'but its own');

-- Replacing.
select is(tests.code(tests.put('ann', 'weather', 'a.txt', 'two', '')), 'file_changed', 'what must not be there is not replaced');
select is(tests.code(tests.put('ann', 'weather', 'a.txt', 'two', repeat('0', 64))), 'file_changed', 'nor what is another');
select is(tests.put('ann', 'weather', 'a.txt', 'two', encode(sha256('one'), 'hex')), 'no error', 'what is as expected, is');
select is(tests.code(tests.put('ann', 'weather', 'new', 'x', repeat('0', 64))), 'file_changed', 'what is not there is not as expected');
select is(tests.code(tests.put('ann', 'weather', 'a.txt/b')), 'file_conflict', 'a file has none below it');
select is(tests.put('ann', 'weather', 'c/d'), 'no error', 'what has slashes is a name');
select is(tests.code(tests.put('ann', 'weather', 'c')), 'file_conflict', 'under which there are no files');
select is(tests.put('ann', 'weather', 'c/e'), 'no error', 'beside which there are');
select results_eq(
  $$ select split_part(tests.put('ann', 'weather', wrong), '|', 1) from unnest(array[
    '', '/a', 'a/', 'a//b', '..', '../a', 'a/..', './a', 'a/./b', E'a\nb', 'a\b', E'e\u0301', repeat('a', 1025),
    'scratch', 'Scratch/a', E'\uff33cratch/a', E'\u017fcratch/a', E'a\u3164', E'\u115fa', E'a\u2800b', E'a\u200bb', E'\u202ea']) as wrong $$,
  $$ select '23514' from generate_series(1, 22) $$, 'the database keeps no path that leads elsewhere, whoever asks');
select is(split_part(tests.put('ann', 'weather', 'scratch/a'), '|', 1), '23514', 'nor a scratch file that is no run''s');

-- The trail.
select tests.become('ann');
select lives_ok($$ select public.remove_file('weather', 'c/e') $$, 'owners remove files');
select throws_ok($$ select public.remove_file('weather', 'c/e') $$, 'PT404', 'not_found', 'once');
set constraints all immediate;
set constraints all deferred;
select results_eq(
  $$ select action, details ->> 'path', actor_id from tests.entries(1) $$,
  $$ values ('file.removed', 'c/e', tests.id('ann')) $$, 'that a user removes a file is in the audit log');
select results_eq(
  $$ select action, actor_id from tests.entries(2) limit 1 $$,
  $$ values ('file.written', tests.id('ann')) $$, 'and so is that one is written');

-- Runs.
select tests.become('service');
select tests.start('ann', 'weather', 'one');
select tests.start('ann', 'weather', 'two');
select is(tests.write('one', 'run.txt', 'from a run'), 'no error', 'a run writes into its agent''s workspace');
select is(tests.write('one', 'scratch/a.txt', 'scratch'), 'no error', 'and into its scratch area');
select is(
  array(select f ->> 'path' from jsonb_array_elements(public.list_run_files(tests.run_id('one'))) as f),
  array['a.txt', 'c/d', 'run.txt', 'scratch/a.txt'], 'it sees both');
select is(
  array(select f ->> 'path' from jsonb_array_elements(public.list_run_files(tests.run_id('two'))) as f),
  array['a.txt', 'c/d', 'run.txt'], 'and no other run''s scratch area, and no other agent''s files');
select is(
  public.read_run_files(tests.run_id('two'), array['scratch/a.txt', 'b.txt', 'run.txt']) -> 0 ->> 'content',
  encode('from a run', 'base64'), 'it reads what it sees');
select is(jsonb_array_length(public.read_run_files(tests.run_id('two'), array['scratch/a.txt', 'b.txt'])), 0, 'and nothing else');
select throws_ok($$ select public.remove_run_file(tests.run_id('two'), 'scratch/a.txt') $$, 'PT404', 'not_found', 'nor removes it');
select is(tests.write('two', 'scratch/a.txt', 'other'), 'no error', 'two runs have files of the same scratch name');
select tests.become('ann');
select isnt_empty($$ select from public.files where path = 'run.txt' $$, 'owners see what a run leaves');
select is_empty($$ select from public.files where run_id is not null $$, 'and no scratch area, while its run goes on either');
select tests.become('service');
select is(
  array(select f ->> 'path' from jsonb_array_elements(public.list_run_files(tests.run_id('one'), 'c', 'a.txt', 1)) as f),
  array['c/d'], 'a list has a beginning and an end');

-- The files of other agents have the same names.
select tests.put('ann', agent, 'same.txt') from unnest(array['weather', 'news']) as agent;
select public.remove_run_file(tests.run_id('one'), 'same.txt');
select tests.put('ann', 'weather', 'same.txt');
select tests.write('one', 'other.txt', removed => array['same.txt', 'other.txt']);
select public.remove_run_file(tests.run_id('one'), 'other.txt');
select tests.put('ann', 'weather', 'same.txt');
select tests.become('ann');
select public.remove_file('weather', 'same.txt');
select is((select public.read_file('weather', 'same.txt')), null, 'who removes a file removes it');
select isnt((select public.read_file('news', 'same.txt')), null, 'and not another agent''s of that name');
select public.remove_file('news', 'same.txt');
select tests.quarantine('agent', tests.agent_id('bob', 'weather'));
select tests.become('service');
select is(tests.code(tests.put('bob', 'weather', 'a')), 'agent_quarantined', 'nothing is put into an agent under quarantine');
select tests.release('agent', tests.agent_id('bob', 'weather'));

-- Quotas.
select is(tests.code(tests.write('one', 'big', repeat('x', 100), 110)), 'workspace_full', 'a run keeps as many bytes as it is granted');
select is(tests.write('one', 'run.txt', repeat('x', 100), 110), 'no error', 'what is replaced makes room');
select is(tests.write('one', 'scratch/b', repeat('x', 90), 110), 'no error', 'a scratch area is counted by itself');
select is(tests.code(tests.write('one', 'new', 'x', 1000, 3)), 'workspace_full', 'and as many files');
select is(tests.write('one', 'new', 'x', 1000, 3, array['run.txt', 'gone']), 'no error', 'what is removed with it makes room');
select is(tests.write('one', 'x/y', 'x', 1000, 3, array['new']), 'no error', 'and what was in the way is gone');
select tests.operate();
update app.settings set max_files_per_agent = 3, max_file_bytes = 50;
select tests.become('service');
select is(tests.code(tests.write('one', 'z', 'x')), 'workspace_full', 'the operator''s limit counts, whatever is granted');
select is(tests.code(tests.put('ann', 'weather', 'z')), 'workspace_full', 'and for users');
select is(tests.code(tests.put('ann', 'weather', 'a.txt', repeat('x', 51))), 'body_too_large', 'a file has a limit, too');
select tests.operate();
update app.settings set max_files_per_agent = 100, max_file_bytes = 1000, max_file_bytes_per_user = 200;
select tests.become('service');
select is(tests.code(tests.put('ann', 'news', 'z', repeat('x', 150))), 'workspace_full', 'all agents of a user share the user''s limit');
select is(tests.put('bob', 'weather', 'z', repeat('x', 150)), 'no error', 'and no other user''s');

-- The end of a run.
select public.settle_run(tests.run_id('one'), tests.ending('succeeded'));
select is(tests.code(tests.write('one', 'late')), 'run_ended', 'a run that has ended writes nothing');
select throws_ok($$ select public.list_run_files(tests.run_id('one')) $$, 'PT409', 'run_ended', 'and sees nothing');
select throws_ok($$ select public.read_run_files(tests.run_id('one'), array['a.txt']) $$, 'PT409', 'run_ended', 'or reads anything');
select is(tests.paths(), array['a.txt', 'b.txt', 'c/d', 'scratch/a.txt', 'x/y', 'z'], 'its scratch area went with it, and no other');
select tests.become('ann');
select public.cancel_run(tests.run_id('two'));
select tests.become('service');
select is(tests.code(tests.write('two', 'late')), 'run_ended', 'nor does one that is to stop');
select tests.operate();
select tests.expire('two');
select app.reap();
select is(tests.paths(), array['a.txt', 'b.txt', 'c/d', 'x/y', 'z'], 'a scratch area goes with a run that is lost, too');

-- What lies in Storage.
select tests.become('service');
create temp table made as select public.announce_object(40, caller => tests.id('ann')) as id;
select throws_ok($$ select public.announce_object(190, caller => tests.id('ann')) $$, 'PT409', 'workspace_full', 'what is on its way counts');
select is(
  tests.error_of(format('select public.put_file(%L, %L, %L, %L, 40, repeat(%L, 64), object_id => %L)', tests.id('bob'), 'weather', 's', 'text/plain', '0', (select id from made))),
  'PT400|invalid_request|No such object was announced.|', 'and is for who announced it');
select throws_ok($$ select public.announce_object(1, caller => tests.id('vic')) $$, 'PT403', 'forbidden', 'nothing is for who may not write');
select throws_ok($$ select public.announce_object(1, run_id => tests.run_id('one')) $$, 'PT409', 'run_ended', 'or for a run that has ended');
select throws_ok(
  $$ select public.put_file(tests.id('ann'), 'weather', 's', 'text/plain', 39, repeat('0', 64), object_id => (select id from made)) $$,
  'PT400', 'invalid_request', 'nor is anything taken for smaller than it is');
select public.put_file(tests.id('ann'), 'weather', 's', 'text/plain', 40, repeat('0', 64), object_id => (select id from made));
select throws_ok(
  $$ select public.put_file(tests.id('ann'), 'weather', 't', 'text/plain', 40, repeat('0', 64), object_id => (select id from made)) $$,
  'PT400', 'invalid_request', 'or for two files');
select tests.operate();
update app.file_objects set created_at = now() - interval '2 hours';
select tests.become('service');
select is_empty('select public.claim_garbage(10)', 'what a file holds is no garbage, however old');
select tests.operate();
update app.file_objects set created_at = now();
select tests.become('service');
select public.forget_objects(array(select id from made));
select tests.put('ann', 'weather', 's', 'small');
select results_eq('select public.claim_garbage(10)', 'select id from made', 'what it held before is');
select is_empty('select public.claim_garbage(10)', 'and is given to one who removes it');
select public.forget_objects(array(select id from made));
create temp table more as select public.announce_object(40, caller => tests.id('ann')) as id;
select public.put_file(tests.id('ann'), 'weather', 'u', 'text/plain', 40, repeat('0', 64), object_id => (select id from more));
select tests.become('ann');
select public.remove_file('weather', 'u');
select tests.become('service');
select results_eq('select public.claim_garbage(10)', 'select id from more', 'so is what a removed file held');
select tests.operate();
delete from public.agents where id = tests.agent_id('ann', 'weather');
select is(tests.paths(), array['b.txt', 'z'], 'files go with their agent');

select * from finish();
rollback;
