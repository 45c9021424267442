begin;
\ir helpers.psql
select plan(50);
create function tests.asked(run text) returns boolean
language sql stable security definer as $$
  select cancel_requested_at is not null from public.runs where id = tests.run_id(run)
$$;
create function tests.state(agent text) returns text
language sql stable security definer as $$ select state from public.agents where name = agent $$;

select tests.agent('ann', 'weather');
select tests.agent('ann', 'news');
select tests.agent('bob', 'other');
select tests.key('ann', 'worker');
select tests.key('amy', 'chief', array['admin']);
select tests.become('service');
select tests.start('ann', 'weather', 'weather');
select tests.start('ann', 'news', 'news', key => 'worker');
select tests.start('bob', 'other', 'other');

-- Who asks.
select tests.become('ann');
select throws_ok($$ select public.quarantine('everything', null, 'x') $$, 'PT403', 'forbidden', 'only an admin quarantines');
select throws_ok($$ select public.release_quarantine(tests.id('x')) $$, 'PT403', 'forbidden', 'or releases');
select is_empty('table public.quarantines', 'and nobody else is told');
select tests.become('anon');
select throws_ok($$ select public.quarantine('everything', null, 'x') $$, '42501', null, 'an anonymous caller is refused outright');
select throws_ok('table public.quarantines', '42501', null, 'whatever it asks');
select tests.become('service');
select throws_ok('table public.quarantines', '42501', null, 'nor is it the service''s');
select tests.become('amy');
select throws_ok('delete from public.quarantines', '42501', null, 'not even an admin forgets what was');

-- What is asked.
select results_eq(
  $$ select split_part(tests.error_of(format('select public.quarantine(%s)', wrong)), '|', 2) from unnest(array[
    '''agent'', null, ''x''', '''everything'', tests.id(''ann''), ''x''', '''planet'', tests.id(''ann''), ''x''', 'null, null, ''x''',
    '''everything'', null, ''''', '''everything'', null, null', '''everything'', null, repeat(''x'', 2001)']) as wrong $$,
  $$ select 'invalid_request' from generate_series(1, 7) $$,
  'a quarantine has a kind, a target and a reason'
);
select results_eq(
  $$ select split_part(tests.error_of(format('select public.quarantine(%L, tests.id(''nobody''), ''x'')', kind)), '|', 2)
    from unnest(array['agent', 'key', 'user']) as kind $$,
  $$ select 'not_found' from generate_series(1, 3) $$,
  'and the target is there'
);

-- An agent.
select results_eq(
  $$ select kind, target, reason, created_by, released_at from public.quarantine('agent', tests.agent_id('ann', 'weather'), 'It mines.') $$,
  $$ values ('agent', tests.agent_id('ann', 'weather'), 'It mines.', tests.id('amy'), null::timestamptz) $$,
  'an admin quarantines an agent'
);
select ok(tests.asked('weather') and not tests.asked('news'), 'its runs are asked to stop, and no others');
select throws_ok(
  $$ select public.quarantine('agent', tests.agent_id('ann', 'weather'), 'x') $$, 'PT409', 'already_quarantined', 'once is enough'
);
select tests.become('ann');
select results_eq(
  $$ select split_part(tests.error_of(statement), '|', 2) from unnest(array[
    'select public.update_agent(''weather'', ''mine'')', 'select public.set_agent_archived(''weather'', true)',
    'select public.delete_agent(''weather'')', 'select public.create_version(''weather'', ''x'', ''javascript'')',
    'select public.publish_version(''weather'', 1)']) as statement $$,
  $$ select 'agent_quarantined' from generate_series(1, 5) $$,
  'its owner neither renames, archives, deletes nor publishes it'
);
select tests.become('service');
select throws_ok($$ select tests.start('ann', 'weather', 'x') $$, 'PT423', 'agent_quarantined', 'and runs it no more');
select lives_ok($$ select tests.start('ann', 'news', 'news 2') $$, 'but another');
select tests.become('amy');
select throws_ok($$ select public.release_quarantine(tests.id('nobody'), 'x') $$, 'PT404', 'not_found', 'what is not there is not released');
select throws_ok($$ select public.release_quarantine(id, repeat('x', 2001)) from public.quarantines $$, 'PT400', 'invalid_request', 'a note is short');
select results_eq(
  $$ select kind, released_by, released_at is not null, note from public.release_quarantine((select id from public.quarantines), 'It does not.') $$,
  $$ values ('agent', tests.id('amy'), true, 'It does not.') $$,
  'an admin releases it'
);
select is(tests.state('weather'), 'active', 'it is what it was');
select throws_ok(
  $$ select public.release_quarantine((select id from public.quarantines), 'x') $$, 'PT409', 'not_quarantined', 'once'
);
select tests.become('ann');
select public.set_agent_archived('weather', true);
select tests.quarantine('agent', tests.agent_id('ann', 'weather'));
select tests.release('agent', tests.agent_id('ann', 'weather'));
select is(tests.state('weather'), 'archived', 'an archived one is archived again');
select tests.become('ann');
select public.set_agent_archived('weather', false);
select tests.operate();
update public.agents set state = 'quarantined' where name = 'weather';
select tests.quarantine('agent', tests.agent_id('ann', 'weather'));
select tests.release('agent', tests.agent_id('ann', 'weather'));
select is(tests.state('weather'), 'archived', 'one that an operator quarantined by hand is left archived');
select tests.become('ann');
select public.set_agent_archived('weather', false);

-- A key.
select tests.become('service');
select tests.start('ann', 'weather', 'by ann');
select tests.quarantine('key', tests.key_id('worker'));
select ok(tests.asked('news') and not tests.asked('by ann'), 'a key''s runs are asked to stop, and no others');
select throws_ok($$ select tests.start('ann', 'news', 'x', key => 'worker') $$, 'PT423', 'key_quarantined', 'it starts none');
select throws_ok(
  $$ select public.find_replay(tests.id('ann'), 'key', 'hash', tests.key_id('worker')) $$, 'PT423', 'key_quarantined', 'nor repeats any'
);
select lives_ok($$ select tests.start('ann', 'news', 'news 3') $$, 'its owner does');
select tests.become_key('ann', 'worker');
select is_empty('table public.runs', 'it sees none');
select tests.become('ann');
select lives_ok($$ select public.revoke_key(tests.key_id('worker')) $$, 'its owner may end it');
select tests.release('key', tests.key_id('worker'));
select tests.become_key('ann', 'worker');
select is_empty('table public.runs', 'released, it is still revoked');

-- A user.
select tests.quarantine('user', tests.id('ann'));
select ok(tests.asked('by ann') and tests.asked('news 3') and not tests.asked('other'), 'a user''s runs are asked to stop, and no others');
select tests.become('service');
select throws_ok($$ select tests.start('ann', 'news', 'x') $$, 'PT423', 'user_quarantined', 'they start none');
select throws_ok(
  $$ select public.find_replay(tests.id('ann'), 'key', 'hash') $$, 'PT423', 'user_quarantined', 'and have none repeated'
);
select tests.become('ann');
select throws_ok($$ select public.create_agent('new', '', 'x', 'javascript') $$, 'PT423', 'user_quarantined', 'they make nothing');
select throws_ok($$ select public.cancel_run(tests.run_id('news 3')) $$, 'PT423', 'user_quarantined', 'and stop nothing');
select isnt_empty('table public.runs', 'they may still see what they have');
select is_empty('table public.quarantines', 'though not the reason');
select tests.release('user', tests.id('ann'));
select tests.become('service');
select lives_ok($$ select tests.start('ann', 'news', 'news 4') $$, 'released, they go on');

-- Everything.
select tests.become_key('amy', 'chief');
select lives_ok($$ select public.quarantine('everything', reason => 'Fire.') $$, 'an admin''s key pulls the switch, too');
select ok(tests.asked('other') and tests.asked('news 4'), 'all runs are asked to stop');
select throws_ok($$ select public.quarantine('everything', null, 'x') $$, 'PT409', 'already_quarantined', 'once is enough');
select tests.become('service');
select throws_ok($$ select tests.start('bob', 'other', 'x') $$, 'PT423', 'execution_suspended', 'nobody starts anything');
select tests.become('bob');
select lives_ok($$ select public.cancel_run(tests.run_id('other')) $$, 'everybody may stop what is theirs');
select lives_ok($$ select public.create_agent('new', '', 'x', 'javascript') $$, 'and make what does not run yet');
select tests.quarantine('agent', tests.agent_id('bob', 'other'));
select tests.release('everything');
select tests.become('service');
select throws_ok($$ select tests.start('bob', 'other', 'x') $$, 'PT423', 'agent_quarantined', 'what is quarantined besides stays so');
select lives_ok($$ select tests.start('bob', 'new', 'new') $$, 'and the rest goes on');
select tests.become('amy');
select is((select count(*)::int from public.quarantines), 7, 'what was quarantined stays written');

-- By hand, the rules are the same.
select tests.operate();
select throws_ok(
  $$ insert into public.quarantines (kind, reason) select 'everything', 'x' from generate_series(1, 2) $$, '23505', null,
  'nothing is quarantined twice'
);
select throws_ok($$ insert into public.quarantines (kind, reason) values ('user', 'x') $$, '23514', null, 'a user is somebody');
select throws_ok(
  $$ insert into public.quarantines (kind, target, reason) values ('user', tests.id('amy'), 'x') $$, 'PT409', 'last_admin',
  'the last admin is not quarantined, whoever does it'
);
insert into public.quarantines (kind, target, reason, released_at) values ('user', tests.id('amy'), 'x', now());
select throws_ok('update public.quarantines set released_at = null where released_at = now()', 'PT409', 'last_admin', 'in whatever way');

select * from finish();
rollback;
