-- Programs that a user let in by the OAuth server of Auth: their tokens are sessions that name them.
begin;
\ir helpers.psql
select plan(25);
select tests.key('ann', 'ci');

-- A token that a program got for somebody.
create function tests.become_client(owner text) returns void
language sql as $$
  select tests.become_claims(json_build_object('sub', tests.id(owner), 'client_id', tests.id('a program'),
    'session_id', tests.id(owner || '''s session')));
$$;

-- What there may be of an agent beside its runs, as the functions make it.
create function tests.hook() returns uuid
language sql as $$
  select id from public.create_hook('lasting', (public.draft_hook('lasting') ->> 'id')::uuid, 'standard', gen_random_uuid(), 'k1', 'locked')
$$;
create function tests.webhook() returns uuid
language sql as $$
  select id from public.create_webhook('lasting', (public.draft_webhook('lasting') ->> 'id')::uuid, 'https://x.example', '{failed}', gen_random_uuid(), 'k1', 'locked')
$$;
create function tests.schedule(name text) returns text
language sql as $$
  select s.name from public.create_schedule('lasting', schedule.name, '0 0 * * *') as s
$$;
-- Whose lasting things a program tries to change.
create function tests.made(kind text) returns uuid
language sql stable security definer as $$
  select case kind when 'hook' then (select id from public.hooks where owner_id = tests.id('ann'))
    else (select id from public.webhooks where owner_id = tests.id('ann')) end
$$;
create function tests.is_refused(statement text, what text) returns text
language sql as $$ select throws_ok(statement, 'PT403', 'forbidden', what) $$;

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
-- What would go on without it.
select tests.agent('ann', 'lasting');
select tests.is_refused('select tests.hook()', 'nor makes a hook');
select tests.is_refused('select tests.webhook()', 'nor a webhook');
select tests.is_refused($$ select tests.schedule('n') $$, 'nor a schedule');
select tests.become('ann');
select ok(tests.hook() is not null and tests.webhook() is not null, 'the person does');
select tests.become_key('ann', 'ci');
select is(tests.schedule('k'), 'k', 'and so does a key');
select tests.become('ann');
select is(tests.schedule('n'), 'n', 'a schedule, too');
select tests.become_client('ann');
select tests.is_refused($$ select public.change_hook('lasting', tests.made('hook'), true) $$, 'no program changes a hook');
select tests.is_refused(
  $$ select public.rotate_hook('lasting', tests.made('hook'), 2, gen_random_uuid(), 'k1', 'next') $$, 'or knows its secret'
);
select tests.is_refused($$ select public.change_webhook('lasting', tests.made('webhook'), enabled => true) $$, 'nor a webhook');
select tests.is_refused(
  $$ select public.rotate_webhook('lasting', tests.made('webhook'), 2, gen_random_uuid(), 'k1', 'next') $$, 'or knows its secret'
);
select tests.is_refused($$ select public.update_schedule('lasting', 'n', enabled => true) $$, 'nor a schedule');
select lives_ok($$ select public.delete_hook('lasting', tests.made('hook')) $$, 'but it may end one');
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
