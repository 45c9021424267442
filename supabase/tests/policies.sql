-- Policies within policies, approvals of versions, and the operator's ceiling. Longer than 300 lines,
-- since each rule of policy_within stands beside the policies that it tells apart.
begin;
\ir helpers.psql
select plan(142);

-- A policy with something in its place: tests.policy('{fetch,max_calls}', '9').
create function tests.policy(path text[] default '{}', value jsonb default null) returns jsonb
language sql as $$
  select case when path = '{}' then whole else jsonb_set(whole, path, value) end
  from (values ('{
    "fetch": {"rules": [
      {"host": "a.example.com", "port": 443, "methods": ["GET", "POST"], "paths": ["/one/**", "/two"],
        "secret": {"name": "KEY", "header": "authorization", "prefix": "Bearer "}},
      {"host": "b.example.com", "port": 443, "methods": ["GET"], "paths": ["/**"]}],
      "max_calls": 50, "max_bytes": 1000, "approval": "none"},
    "files": {"access": "write", "max_bytes": 100, "max_files": 10, "approval": "none"},
    "llm": {"models": ["openai/a", "openai/b"], "max_tokens": 50, "secret": "LLM", "approval": "none"},
    "email": {"domains": ["example.com"], "max_messages_per_day": 5, "approval": "required"},
    "limits": {"wall_ms": 1000}, "approval_seconds": 60}'::jsonb)) as policy (whole)
$$;

-- What a policy grants no more than.
create function tests.within(narrow jsonb, what text, wide jsonb default tests.policy()) returns text
language sql as $$ select ok(app.policy_within(narrow, wide), what) $$;
create function tests.beyond(narrow jsonb, what text, wide jsonb default tests.policy()) returns text
language sql as $$ select ok(not app.policy_within(narrow, wide), what) $$;

create function tests.ceiling() returns text
language sql stable security definer as $$ select tool_ceiling::text from app.settings $$;

select tests.operate();
select tests.within(tests.policy(), 'a policy lies within itself');
select tests.within('{}', 'nothing lies within everything');
select tests.within('{}', 'nothing lies within nothing', '{}');
select tests.beyond(tests.policy(), 'something does not lie within nothing', '{}');
select tests.within(tests.policy() - 'fetch', 'a grant may be missing');
select tests.within(tests.policy() - 'limits' - 'approval_seconds', 'and so may limits');
select tests.within(tests.policy('{limits,wall_ms}', '2000'), 'higher limits grant nothing');
select tests.within(tests.policy('{limits}', '{"cpu_ms":1}'), 'nor do others');
select tests.within(tests.policy('{approval_seconds}', '600'), 'nor does a longer wait');
select tests.within(tests.policy(), 'nor limits where there were none', tests.policy() - 'limits');
select tests.beyond(tests.policy('{shell}', '{"commands":["cat"]}'), 'a new grant is more');
select tests.beyond(tests.policy('{anything}', 'null'), 'and so is whatever is unknown');
select tests.within(tests.policy('{fetch,max_calls}', '49'), 'fewer calls are less');
select tests.within(tests.policy('{fetch,max_calls}', '50.0'), 'a number is what it is worth');
select tests.beyond(tests.policy('{fetch,max_calls}', '51'), 'more calls are more');
select tests.beyond(tests.policy('{fetch,max_calls}', '"49"'), 'a text is no number');
select tests.beyond(tests.policy('{fetch,max_calls}', 'null'), 'nor is null');
select tests.beyond(
  tests.policy('{fetch,max_calls}', '49'), 'nor is true', tests.policy('{fetch,max_calls}', 'true'));
select tests.beyond(tests.policy('{email,max_messages_per_day}', '6'), 'every maximum counts');
select tests.beyond(
  tests.policy() #- '{fetch,max_calls}', 'a maximum that is left out is another one');
select tests.beyond(
  tests.policy(), 'and so is one that is put in', tests.policy() #- '{fetch,max_calls}');
select tests.beyond(tests.policy('{fetch,more}', '1'), 'a field that is unknown is more');
select tests.within(tests.policy('{fetch,approval}', '"required"'), 'to ask a person is less');
select tests.beyond(tests.policy('{email,approval}', '"none"'), 'to ask nobody is more');
select tests.beyond(
  tests.policy('{fetch,approval}', '"required"'), 'what cannot be read grants nothing',
  tests.policy('{fetch,approval}', '"sometimes"'));
select tests.within(tests.policy('{files,access}', '"read"'), 'to read is less than to write');
select tests.beyond(
  tests.policy(), 'to write is more than to read', tests.policy('{files,access}', '"read"'));
select tests.beyond(
  tests.policy('{files,access}', '"read"'), 'to read is not what nobody knows',
  tests.policy('{files,access}', '"own"'));
select tests.within(tests.policy() #- '{fetch,rules,1}', 'a rule may be missing');
select tests.within(tests.policy() #- '{fetch,rules,0}', 'whichever it is');
select tests.within(
  tests.policy('{fetch,rules}', (tests.policy() #> '{fetch,rules}') || (tests.policy() #> '{fetch,rules}')),
  'a rule may be said twice');
select tests.within(tests.policy('{fetch,rules,0,methods}', '["POST"]'), 'a method may be missing');
select tests.beyond(tests.policy('{fetch,rules,1,methods}', '["GET","POST"]'), 'another method is more');
select tests.beyond(
  tests.policy('{fetch,rules,1,methods}', '["POST"]'), 'also where another rule has it');
select tests.within(tests.policy('{fetch,rules,0,paths}', '["/two"]'), 'a path may be missing');
select tests.beyond(tests.policy('{fetch,rules,0,paths}', '["/one/two"]'), 'paths are compared, not matched');
select tests.beyond(tests.policy('{fetch,rules,0,paths}', '[["/two"]]'), 'a list in a list is more');
select tests.beyond(
  tests.policy('{fetch,rules,0,paths}', '[["/two"]]'), 'even in one that has it',
  tests.policy('{fetch,rules,0,paths}', '[["/two", "/one/**"]]'));
select tests.beyond(tests.policy('{fetch,rules,1,host}', '"c.example.com"'), 'another host is more');
select tests.beyond(tests.policy('{fetch,rules,1,host}', '"**"'), 'and so are all');
select tests.beyond(tests.policy('{fetch,rules,1,port}', '80'), 'a lower port is another one');
select tests.within(tests.policy() #- '{fetch,rules,0,secret}', 'a request may come without its secret');
select tests.beyond(
  tests.policy(), 'and without nothing else', tests.policy('{fetch,rules,0,other}', '{}'));
select tests.beyond(tests.policy('{fetch,rules,0,secret,name}', '"OTHER"'), 'another secret is more');
select tests.beyond(tests.policy('{fetch,rules,0,secret,header}', '"x"'), 'and so is another place for it');
select tests.beyond(
  tests.policy('{fetch,rules,1,secret}', '{"name":"KEY","header":"authorization","prefix":"Bearer "}'),
  'and another host');
select tests.beyond(tests.policy() #- '{llm,secret}', 'without a key of one''s own the operator''s is spent');
select tests.beyond(
  tests.policy(), 'and with one it is one''s own', tests.policy() #- '{llm,secret}');
select tests.beyond(tests.policy('{llm,models}', '["openai/c"]'), 'another model is more');
select tests.beyond(tests.policy('{llm,models}', '"openai/a"'), 'one is not a list of one');
select tests.beyond(
  tests.policy('{llm,models}', '["openai/a"]'), 'a list of more than any is nobody''s',
  tests.policy('{llm,models}', (select jsonb_agg('openai/' || n) || '["openai/a"]' from generate_series(1, 100) as n)));
select tests.beyond(
  tests.policy('{llm,models}', (select jsonb_agg('openai/a'::text) from generate_series(1, 101))),
  'and so is one that is as long itself');
select tests.beyond(
  tests.policy('{fetch,rules,1,methods}', '["GET"]'), 'nor do rules have so many entries',
  tests.policy('{fetch,rules,1,methods}', (select jsonb_agg('GET'::text) from generate_series(1, 51))));
select tests.beyond(
  tests.policy('{fetch,rules,1,methods}', (select jsonb_agg('GET'::text) from generate_series(1, 51))),
  'on either side');
select tests.beyond(
  tests.policy('{fetch,rules}', (select jsonb_agg(tests.policy() #> '{fetch,rules,0}') from generate_series(1, 51))),
  'nor are there so many rules');
-- As many rules as there may be, of which only the last list of the last one tells.
create function tests.rules(n int, upwards boolean) returns jsonb
language sql as $$
  select jsonb_build_object('fetch', jsonb_build_object('rules', jsonb_agg(jsonb_build_object(
    'methods', list, 'paths', list || jsonb_build_array((n + rule)::text)))))
  from generate_series(1, 50) as rule, (select jsonb_agg(entry::text order by entry * case when upwards then 1 else -1 end) as list
    from generate_series(10, 58) as entry) as lists
$$;
set statement_timeout = '5s';
select tests.beyond(tests.rules(0, true), 'as many as there may be are compared in time', tests.rules(100, false));
set statement_timeout = 0;
select tests.beyond('{"search":{"results":1}}', 'a lower number that is no maximum is another one', '{"search":{"results":2}}');
select tests.within(tests.policy('{llm,models}', '["openai/b"]'), 'a model may be missing');
select tests.within(
  '{"fetch":{"a":{"b":{"c":{"max_calls":1}}}}}', 'what is deep is compared',
  '{"fetch":{"a":{"b":{"c":{"max_calls":2}}}}}');
select tests.beyond(
  '{"fetch":{"a":{"b":{"c":{"d":{"max_calls":1}}}}}}', 'what is deeper than any policy is not',
  '{"fetch":{"a":{"b":{"c":{"d":{"max_calls":2}}}}}}');
select tests.beyond(
  '{"fetch":{"a":{"rules":[{"paths":["/"]}]}}}', 'nor are rules where no rules are',
  '{"fetch":{"a":{"rules":[{"paths":["/","/a"]}]}}}');
select tests.beyond('[]', 'a list is no policy');
select tests.beyond('{}', 'nor is one anything to lie within', '[]');
select tests.beyond('null', 'nor is null');
select tests.beyond(null, 'nor is nothing');
select tests.beyond('{}', 'wherever', null);

-- Versions.
create function tests.write(policy jsonb, publish boolean default true) returns text
language sql as $$
  select concat_ws(' ', version, approval, published_at is not null)
  from public.create_version('weather', 'x', 'javascript', policy => policy::text, publish => publish)
$$;
create function tests.start_version(number int) returns setof public.runs
language sql as $$
  select * from public.start_run(tests.run_id('v' || number), tests.id('ann'), 'weather', number, '1',
    'quickjs', '{}', '{}', 1000, 'request')
$$;
create function tests.record(caller text, key text default null) returns boolean
language sql as $$
  select recording from public.start_run(tests.run_id(concat(caller, key)), tests.id(caller), 'plain', null, '1',
    'quickjs', '{}', '{}', 1000, 'request', key_id => tests.key_id(key), recording => true)
$$;
select tests.agent('ann', 'plain');
select tests.key('ann', 'ci');
select tests.become('ann');
select public.create_agent('rich', '', 'x', 'javascript', policy => tests.policy()::text);
select public.create_version('rich', 'x', 'javascript', policy => tests.policy()::text);
select public.approve_version('rich', 2);
select is(
  (select approval from public.create_version('plain', 'x', 'javascript', policy => tests.policy()::text)),
  'needed', 'what another agent is granted is no measure'
);
select public.delete_agent('rich');
select public.create_agent('weather', '', 'x', 'javascript', policy => tests.policy()::text);
select results_eq(
  $$ select approval, policy, published_at is not null from public.agent_versions where version = 1
     and agent_id = tests.agent_id('ann', 'weather') $$,
  $$ values ('not_needed', tests.policy(), true) $$, 'a person''s first version needs no approval'
);
select is(tests.write('{}'), '2 not_needed t', 'a version that is granted less needs none');
select is(tests.write(tests.policy()), '3 needed f', 'one that is granted more than the last does');
select results_eq(
  'select current_version from public.agents where name = ''weather''', array[2],
  'and is not published'
);
select is(tests.write(tests.policy()), '4 needed f', 'what nobody approved is no measure');
select is(tests.write('{"limits":{}}'), '5 not_needed t', 'what ran is one');
select throws_ok(
  $$ select public.publish_version('weather', 3) $$, 'PT409', 'version_unapproved',
  'what needs an approval is not published'
);
select lives_ok($$ select public.publish_version('weather', 1) $$, 'going back needs none');
select tests.become('service');
select throws_ok(
  'select tests.start_version(3)', 'PT409', 'version_unapproved', 'what needs an approval does not run'
);
select lives_ok('select tests.start_version(1)', 'what needs none does');
select public.settle_run(tests.run_id('v1'), tests.ending('succeeded'));

select tests.become_key('ann', 'ci');
select throws_ok(
  $$ select public.approve_version('weather', 3) $$, 'PT403', 'forbidden', 'no API key approves'
);
select throws_ok(
  $$ select public.approve_version('nothing', 3) $$, 'PT403', 'forbidden',
  'nor is it told whether there is anything to approve'
);
select tests.become_claims(json_build_object('sub', tests.id('ann'), 'cloister_key', ''));
select throws_ok(
  $$ select public.approve_version('weather', 3) $$, 'PT403', 'forbidden', 'nor does one that is no key'
);
select tests.become('bob');
select throws_ok(
  $$ select public.approve_version('weather', 3) $$, 'PT404', 'not_found', 'nor does a stranger'
);
select tests.become('amy');
select throws_ok(
  $$ select public.approve_version('weather', 3) $$, 'PT404', 'not_found', 'nor an admin'
);
select tests.become('vic');
select throws_ok(
  $$ select public.approve_version('weather', 3) $$, 'PT403', 'forbidden', 'nor a viewer'
);
select tests.become('anon');
select throws_ok(
  $$ select public.approve_version('weather', 3) $$, '42501', null, 'nor nobody'
);
select tests.become('ann');
select throws_ok(
  $$ select public.approve_version('weather', 9) $$, 'PT404', 'not_found',
  'a version that is not there is not approved'
);
select throws_ok(
  $$ select public.approve_version('weather', 3, repeat('0', 64)) $$, 'PT404', 'not_found',
  'a policy that is not the version''s is not approved'
);
select is(
  (select approval from public.agent_versions where version = 3), 'needed', 'nor is the one that it has'
);
select is(
  (select policy_hash from public.agent_versions where version = 3),
  encode(sha256(convert_to(tests.policy()::text, 'UTF8')), 'hex'), 'a policy has a name'
);
select results_eq(
  $$ select version, approval, published_at, approved_at is not null, approved_by
     from public.approve_version('weather', 3, (select policy_hash from public.agent_versions where version = 3)) $$,
  $$ values (3, 'approved', null::timestamptz, true, tests.id('ann')) $$,
  'its owner approves a version, which does not publish it'
);
set constraints all immediate;
select is((select action from tests.entries()), 'version.approved', 'which is in the audit log');
select results_eq(
  $$ select approval, approved_at from public.approve_version('weather', 3) $$,
  $$ select approval, approved_at from public.agent_versions where approval = 'approved' $$,
  'once'
);
select results_eq(
  $$ select approval, approved_by from public.approve_version('weather', 5) $$,
  $$ values ('not_needed', null::uuid) $$, 'what needs no approval gets none'
);
select is(
  (select approval from public.agent_versions where version = 4), 'needed',
  'another version with the same policy still needs one'
);
select lives_ok($$ select public.publish_version('weather', 3) $$, 'what is approved is published');
select is(tests.write('{}'), '6 not_needed t', 'less than what was approved needs no approval');
select is(tests.write(tests.policy('{fetch,max_calls}', '1')), '7 needed f', 'and then more of it does');
select is(tests.write('{}', false), '8 not_needed f', 'a version may be written and not published');
select tests.become_key('ann', 'ci');
select is(tests.write('{}'), '9 not_needed t', 'an API key writes versions that are granted no more');
select is(tests.write(tests.policy()), '10 needed f', 'and others that a person has to approve');
select throws_ok(
  $$ select public.publish_version('weather', 10) $$, 'PT409', 'version_unapproved',
  'which it does not publish'
);
select public.create_agent('made', '', 'x', 'javascript', policy => tests.policy()::text);
select results_eq(
  $$ select approval, published_at is not null from public.agent_versions
     where agent_id = tests.agent_id('ann', 'made') $$,
  $$ values ('needed', false) $$, 'an API key''s first version needs an approval, too'
);
select public.create_agent('harmless', '', 'x', 'javascript', policy => '{"approval_seconds":60}');
select results_eq(
  $$ select approval, published_at is not null from public.agent_versions
     where agent_id = tests.agent_id('ann', 'harmless') $$,
  $$ values ('not_needed', true) $$, 'unless it is granted nothing'
);
select public.delete_agent('weather');
select public.create_agent('weather', '', 'x', 'javascript', policy => tests.policy()::text);
select results_eq(
  $$ select approval from public.agent_versions where agent_id = tests.agent_id('ann', 'weather') $$,
  array['needed'], 'also where there was one of the same name'
);
select tests.become('service');
select throws_ok(
  $$ select tests.start('ann', 'made', 'made') $$, 'PT409', 'version_unapproved', 'it does not run'
);
select tests.become('ann');
select results_eq(
  $$ select approval, published_at is not null from public.approve_version('made', 1) $$,
  $$ values ('approved', true) $$, 'before it is approved'
);
select tests.become('service');
select lives_ok($$ select tests.start('ann', 'made', 'made') $$, 'and then it does');
select is(
  (select policy_hash from public.runs where id = tests.run_id('made')),
  encode(sha256(convert_to(tests.policy()::text || tests.ceiling(), 'UTF8')), 'hex'),
  'a run says under which policy and ceiling it began'
);

-- A run that records.
select is((select recording from public.runs where id = tests.run_id('made')), false, 'a run does not record');
select is(tests.record('ann', null), true, 'unless its owner asks for it');
select throws_ok($$ select tests.record('ann', 'ci') $$, 'PT403', 'forbidden', 'no API key does');
select tests.operate();
delete from app.role_permissions where role = 'streamer' and permission = 'agents:write';
select tests.become('service');
select throws_ok(
  $$ select tests.record('ann', null) $$, 'PT403', 'forbidden', 'nor who may not write agents'
);
select tests.operate();
insert into app.role_permissions values ('streamer', 'agents:write');

-- Who may only run an agent.
select tests.key('ann', 'blind', array['agents:execute']);
select tests.become_key('ann', 'blind');
select results_eq(
  $$ select policy, source from public.find_program('made') $$, 'select tests.policy(), null::text',
  'who may only run an agent learns under which policy, as of what it runs'
);
select tests.become('ann');

-- The ceiling.
select throws_ok('select public.tool_ceiling()', 'PT403', 'forbidden', 'an owner does not see the ceiling');
select throws_ok(
  $$ select public.set_tool_ceiling('{}') $$, 'PT403', 'forbidden', 'nor sets it'
);
select tests.become('amy');
select is(public.tool_ceiling()::text, tests.ceiling(), 'an admin sees the ceiling');
select ok(
  not public.tool_ceiling() ?| array['llm', 'email'], 'what costs money or speaks for the operator starts shut'
);
select is(public.set_tool_ceiling('{"search":{"max_calls":1.5}}'), '{"search":{"max_calls":1.5}}', 'and sets it');
select is(public.tool_ceiling(), '{"search":{"max_calls":1.5}}', 'for all');
set constraints all immediate;
select is((select action from tests.entries()), 'policy.ceiling_set', 'which is in the audit log');
select is(
  (select details #>> '{ceiling,1}' from tests.entries()), '{"search": {"max_calls": 1.5}}', 'with what it was'
);
select public.set_tool_ceiling('{"search":{"max_calls":1.5}}');
select is(
  (select count(*) from tests.entries(2) where action = 'policy.ceiling_set'), 1::bigint, 'that nothing changed is not'
);
select throws_ok(
  $$ select public.set_tool_ceiling('[]') $$, 'PT400', 'invalid_request', 'a ceiling is an object'
);
select throws_ok(
  $$ select public.set_tool_ceiling(json_build_object('fetch', repeat('x', 49152))::text) $$, 'PT400',
  'invalid_request', 'and has an end'
);
select throws_ok(
  $$ select public.set_tool_ceiling('{"other":{}}') $$, 'PT400', 'invalid_request', 'and opens what there is'
);

-- Whom the ceiling has asked.
select throws_ok(
  'select public.asked_grants()', '42501', null, 'nobody learns of the ceiling whom it has asked'
);
select public.set_tool_ceiling('{"email":{"approval":"required"},"search":{"approval":"none"},'
  || '"limits":{"wall_ms":1},"approval_seconds":90}');
select tests.become('service');
select is(
  public.asked_grants(), '{"grants":["email"],"approval_seconds":90}', 'but what starts runs and waits'
);
select tests.become('amy');
select public.set_tool_ceiling('{"search":{}}');
select tests.become('service');
select is(public.asked_grants(), '{"grants":[],"approval_seconds":null}', 'which may be nobody');
select tests.become('ann');
select throws_ok(
  'select public.asked_grants()', '42501', null, 'an owner learns nothing of it'
);

-- What is kept does not change.
select tests.operate();
select throws_ok(
  $$ update public.agent_versions set policy = '{"shell":{}}' $$, '42501', null, 'a policy is immutable'
);
select throws_ok(
  $$ update public.agent_versions set approval = 'needed' where approval = 'not_needed' $$, '42501', null,
  'an approval is not invented'
);
select throws_ok(
  $$ update public.agent_versions set approval = 'not_needed' where approval = 'needed' $$, '42501', null,
  'nor done without'
);
select throws_ok(
  $$ update public.agent_versions set approved_by = tests.id('bob') where approval = 'approved' $$, '42501',
  null, 'nor said to be another''s'
);
select throws_ok(
  $$ update public.agent_versions set approval = 'approved' where approval = 'needed' $$, '23514', null,
  'it is somebody''s'
);
select throws_ok(
  $$ update public.agent_versions set published_at = now() where approval = 'needed' $$, '23514', null,
  'what is published was approved'
);
insert into public.agent_versions (agent_id, owner_id, version, source, language, policy)
select id, owner_id, 50 + n, 'x', 'javascript', policy from public.agents,
  (values (1, '{}'::jsonb), (2, '{"files":{}}')) as given (n, policy) where name = 'plain';
select results_eq(
  'select approval from public.agent_versions where version > 50 order by version',
  array['not_needed', 'needed'], 'what is written around all this needs an approval if it is granted anything'
);
select tests.become('ann');
select throws_ok(
  $$ select public.create_version('plain', 'x', 'javascript', policy => '[]') $$, 'PT400', 'invalid_request',
  'a policy is an object'
);
select throws_ok(
  $$ select public.create_version('plain', 'x', 'javascript', policy => json_build_object('fetch', repeat('x', 49152))::text) $$,
  'PT400', 'invalid_request', 'and has an end'
);
select throws_ok(
  $$ select public.create_version('plain', 'x', 'javascript', policy => '{"other":{}}') $$,
  'PT400', 'invalid_request', 'and grants what there is'
);
select lives_ok(
  $$ select public.create_version('plain', 'x', 'javascript', policy => '{"fetch":{"rules":[{"methods":["GET"]}]}}') $$,
  'as deep as the deepest'
);
select throws_ok(
  $$ select public.create_version('plain', 'x', 'javascript', policy => '{"fetch":{"rules":[{"methods":[["GET"]]}]}}') $$,
  'PT400', 'invalid_request', 'and no deeper'
);
select throws_ok(
  $$ select public.create_agent('deep', '', 'x', 'javascript', policy => '{"fetch":{"rules":[{"methods":[["GET"]]}]}}') $$,
  'PT400', 'invalid_request', 'whoever writes the first'
);

select tests.operate();
select tests.complete_auth();
select tests.become('ann');
select throws_ok(
  $$ select public.approve_version('plain', 2) $$, 'PT401', 'session_revoked',
  'who has signed out approves nothing, whatever token lives on'
);

select * from finish();
rollback;
