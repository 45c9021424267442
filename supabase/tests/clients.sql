-- Programs that a user let in by the OAuth server of Auth: their tokens are sessions that name them.
begin;
\ir helpers.psql
select plan(13);
select tests.key('ann', 'ci');

-- A token that a program got for somebody.
create function tests.become_client(owner text) returns void
language sql as $$
  select tests.become_claims(json_build_object('sub', tests.id(owner), 'client_id', tests.id('a program'),
    'session_id', tests.id(owner || '''s session')));
$$;

select tests.become_client('ann');
select lives_ok(
  $$ select public.create_agent('made', '', 'export default () => 1', 'javascript') $$,
  'a program does what its user lets programs do'
);
select is((select count(*) from public.agents), 1::bigint, 'and sees what is the user''s');
select public.create_agent('reaching', '', 'x', 'javascript', policy => '{"search": {"max_calls": 1}}');
select is(
  (select approval from public.agent_versions where agent_id = tests.agent_id('ann', 'reaching')),
  'needed', 'what it grants an agent, a person has to approve, from the first version on'
);
select throws_ok(
  $$ select public.approve_version('reaching', 1) $$, 'PT403', 'forbidden', 'and no program approves'
);
select throws_ok(
  $$ select public.create_key('outlives', '{agents:read}', tests.public_id('k'), tests.secret_hash('k')) $$,
  'PT403', 'forbidden', 'no program makes a key that outlives it'
);
select throws_ok(
  $$ select public.revoke_key(tests.key_id('ci')) $$, 'PT403', 'forbidden', 'nor ends one'
);
select throws_ok(
  $$ select * from public.export_personal_data() $$, 'PT403', 'forbidden',
  'nor takes the user''s data away'
);
select ok(not app.can('secrets:manage'), 'nor sees secrets');
select tests.become_client('amy');
select ok(not app.can('admin') and not app.can('audit:read'), 'an administrator''s program administers nothing');
select ok(app.can('agents:execute'), 'and runs agents as any');
select throws_ok(
  $$ select public.require_permission('admin') $$, 'PT403', 'forbidden', 'which it is told'
);
select tests.become('amy');
select ok(app.can('admin'), 'the administrator does');
select tests.become('ann');
select lives_ok($$ select public.approve_version('reaching', 1) $$, 'and the person approves');
select * from finish();
rollback;
