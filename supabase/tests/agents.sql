begin;
\ir helpers.psql
select plan(40);

select tests.become('ann');
select results_eq(
  $$ select name, description, state, current_version from public.create_agent('weather', 'Rain?', 'export default 1', 'typescript') $$,
  $$ values ('weather', 'Rain?', 'active', 1) $$,
  'a user creates an agent and gets it'
);
select results_eq('select name from public.agents', array['weather'], 'an owner sees her agent');
select throws_ok(
  $$ select public.create_agent('weather', '', 'x', 'javascript') $$, 'PT409', 'name_taken',
  'a name is taken once per owner'
);
select throws_ok(
  $$ select public.create_agent('../etc', '', 'x', 'javascript') $$, '23514', null,
  'a name that looks like a path is refused'
);
select throws_ok(
  $$ select public.create_agent(repeat('a', 64), '', 'x', 'javascript') $$, '23514', null,
  'a name has at most 63 characters'
);
select throws_ok(
  $$ select public.create_agent('long', repeat('é', 2001), 'x', 'javascript') $$, '23514', null,
  'a description has at most 2000 characters'
);
select lives_ok(
  $$ select public.create_agent('long', repeat('é', 2000), 'x', 'javascript') $$,
  'a description may have 2000 characters'
);
select throws_ok(
  $$ insert into public.agents (owner_id, name) values (tests.id('ann'), 'direct') $$,
  '42501', null,
  'not even an owner inserts an agent behind the API''s back'
);
select throws_ok(
  $$ update public.agents set state = 'active' $$, '42501', null,
  'not even an owner edits an agent behind the API''s back'
);
select throws_ok(
  $$ delete from public.agents $$, '42501', null,
  'not even an owner deletes an agent behind the API''s back'
);

select results_eq(
  $$ select name, description from public.update_agent('weather', 'forecast') $$,
  $$ values ('forecast', 'Rain?') $$,
  'renaming keeps the description'
);
select results_eq(
  $$ select name, description from public.update_agent('forecast', description => 'Snow?') $$,
  $$ values ('forecast', 'Snow?') $$,
  'describing keeps the name'
);
select results_eq(
  $$ select name from public.update_agent('forecast', 'forecast') $$, array['forecast'],
  'an agent may be renamed to its own name'
);
select throws_ok(
  $$ select public.update_agent('forecast', 'long') $$, 'PT409', 'name_taken',
  'an agent is not renamed onto another'
);
select throws_ok(
  $$ select public.update_agent('forecast', 'No Spaces') $$, '23514', null,
  'renaming keeps to the pattern'
);
select results_eq(
  $$ select state from public.set_agent_archived('forecast', true) $$, array['archived'],
  'an owner archives her agent'
);
select results_eq(
  $$ select state from public.set_agent_archived('forecast', false) $$, array['active'],
  'an owner brings her agent back'
);

select tests.become('bob');
select is_empty('table public.agents', 'a stranger sees no agent');
select lives_ok(
  $$ select public.create_agent('forecast', '', 'x', 'javascript') $$,
  'two owners may use the same name'
);
select public.delete_agent('forecast');
select is(
  tests.error_of($$ select public.update_agent('forecast', 'mine') $$),
  tests.error_of($$ select public.update_agent('missing', 'mine') $$),
  'update_agent cannot tell a hidden agent from a missing one'
);
select is(
  tests.error_of($$ select public.set_agent_archived('forecast', true) $$),
  tests.error_of($$ select public.set_agent_archived('missing', true) $$),
  'set_agent_archived cannot tell a hidden agent from a missing one'
);
select is(
  tests.error_of($$ select public.delete_agent('forecast') $$),
  tests.error_of($$ select public.delete_agent('missing') $$),
  'delete_agent cannot tell a hidden agent from a missing one'
);
select throws_ok(
  $$ select public.delete_agent('forecast') $$, 'PT404', 'not_found',
  'a hidden agent is not found'
);

select tests.become('amy');
select is_empty('table public.agents', 'not even an admin sees somebody else''s agent');

select tests.become('vic');
select throws_ok(
  $$ select public.create_agent('mine', '', 'x', 'javascript') $$, 'PT403', 'forbidden',
  'a viewer creates no agent'
);
select throws_ok(
  $$ select public.update_agent('forecast', 'mine') $$, 'PT403', 'forbidden',
  'a viewer updates no agent'
);
select throws_ok(
  $$ select public.set_agent_archived('forecast', true) $$, 'PT403', 'forbidden',
  'a viewer archives no agent'
);
select throws_ok(
  $$ select public.delete_agent('forecast') $$, 'PT403', 'forbidden',
  'a viewer deletes no agent'
);

select tests.become('anon');
select throws_ok('table public.agents', '42501', null, 'an anonymous caller is refused outright');
select throws_ok(
  $$ select public.create_agent('mine', '', 'x', 'javascript') $$, '42501', null,
  'an anonymous caller creates no agent'
);

select tests.operate();
update public.agents set owner_id = tests.id('vic') where name = 'long';
select tests.become('vic');
select results_eq(
  'select name from public.agents', array['long'],
  'a viewer sees an agent of her own'
);

select tests.operate();
update public.agents set state = 'quarantined' where name = 'forecast';
select tests.become('ann');
select throws_ok(
  $$ select public.set_agent_archived('forecast', true) $$, 'PT423', 'agent_quarantined',
  'a quarantined agent is not archived'
);
select throws_ok(
  $$ select public.set_agent_archived('forecast', false) $$, 'PT423', 'agent_quarantined',
  'an owner does not end a quarantine'
);
select throws_ok(
  $$ select public.delete_agent('forecast') $$, 'PT423', 'agent_quarantined',
  'an owner does not delete her way out of a quarantine'
);

select tests.operate();
update public.agents set state = 'active' where name = 'forecast';
update app.settings set max_agents = 1;
select tests.become('ann');
select throws_ok(
  $$ select public.create_agent('second', '', 'x', 'javascript') $$, 'PT409', 'too_many_agents',
  'a user has at most max_agents agents'
);
select lives_ok($$ select public.delete_agent('forecast') $$, 'an owner deletes her agent');
select lives_ok(
  $$ select public.create_agent('second', '', 'x', 'javascript') $$,
  'a deleted agent makes room'
);

select tests.operate();
delete from app.role_permissions where permission = 'agents:read';
select tests.become('ann');
select is_empty('table public.agents', 'an owner whose role may not read sees nothing');

select tests.operate();
delete from auth.users where id = tests.id('ann');
select is_empty(
  $$ select from public.agents where owner_id = tests.id('ann') $$, 'a user takes her agents along'
);
select is_empty(
  $$ select from public.agent_versions where owner_id = tests.id('ann') $$, 'and their versions'
);

select * from finish();
rollback;
