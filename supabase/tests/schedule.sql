begin;
\ir helpers.psql
select plan(40);

-- pg_cron, pg_net and Vault as their documentation describes them, since they are not here.
create schema if not exists cron;
create table if not exists cron.job (
  jobid bigint generated always as identity primary key,
  jobname text unique, schedule text, command text
);
create table if not exists cron.job_run_details (jobid bigint, end_time timestamptz);
create or replace function cron.schedule(job_name text, schedule text, command text) returns bigint
language plpgsql as $$
begin
  if job_name = 'cloister-broken' then
    raise exception 'invalid schedule';
  end if;
  insert into cron.job (jobname, schedule, command) values ($1, $2, $3)
  on conflict (jobname) do update set schedule = $2, command = $3;
  return 1;
end;
$$;
create or replace function cron.unschedule(job_id bigint) returns boolean
language sql as $$ delete from cron.job where jobid = $1 returning true; $$;
create schema vault;
create table vault.decrypted_secrets (name text, decrypted_secret text);

select throws_ok($$ select app.call_function('/retention/work') $$, '55000', null,
  'without pg_net no function is called');
create schema net;
create table net.asked (id bigint generated always as identity, url text, headers jsonb, ms int);
create function net.http_post(
  url text, body jsonb default '{}', params jsonb default '{}',
  headers jsonb default '{}', timeout_milliseconds int default 5000
) returns bigint language sql as $$
  insert into net.asked (url, headers, ms) values ($1, $4, $5) returning id;
$$;

select throws_ok($$ select app.call_function('/retention/work') $$, '55000', null,
  'without an address and a key no function is called');
insert into vault.decrypted_secrets values ('cloister_url', 'https://ref.supabase.co/');
select throws_ok($$ select app.call_function('/retention/work') $$, '55000', null,
  'nor without a key');
insert into vault.decrypted_secrets values ('cloister_cron_key', '');
select throws_ok($$ select app.call_function('/retention/work') $$, '55000', null,
  'nor with an empty one');
update vault.decrypted_secrets set decrypted_secret = 'sb_secret_cron'
where name = 'cloister_cron_key';
insert into vault.decrypted_secrets values ('another', 'sb_secret_other');
select lives_ok($$ select app.call_function('/retention/work') $$, 'with both it is');
select results_eq('select url, headers, ms from net.asked', $$ values (
  'https://ref.supabase.co/functions/v1/retention/work',
  '{"apikey": "sb_secret_cron", "content-type": "application/json"}'::jsonb, 30000) $$,
  'at its own path, with the key of the clock and no other');
select throws_ok($$ select app.call_function('/admin/users') $$, '22023', null,
  'what is on no list is not called');
select throws_ok($$ select app.call_function('/../../elsewhere') $$, '22023', null,
  'nor is what leads elsewhere');
insert into app.jobs values ('odd', '* * * * *', 'sql', '/admin/users');
select throws_ok($$ select app.call_function('/admin/users') $$, '22023', null,
  'nor what is on it as SQL');
delete from app.jobs where name = 'odd';
select throws_ok('select app.call_function(null)', '22023', null, 'nor is nothing');
update vault.decrypted_secrets set decrypted_secret = 'http://ref.supabase.co'
where name = 'cloister_url';
select throws_ok($$ select app.call_function('/retention/work') $$, '55000', null,
  'the key does not travel in the clear');

select is(app.clock_address(url), null, url || ' is no address to send a key to')
from unnest(array['http://example.com', 'https://a@b', 'https://a.test/path', 'ftp://localhost',
  'http://localhost.example.com', E'https://a.test\nx']) as url;
select is(app.clock_address('http://api.supabase.internal:8000'),
  'http://api.supabase.internal:8000', 'the containers of supabase start are');

select is(app.cron_line('10 seconds', '1.4'), '* * * * *', 'an old pg_cron works each minute');
select is(app.cron_line('10 seconds', '1.4-1'), '* * * * *', 'also where it is called 1.4-1');
select is(app.cron_line('10 seconds', '1.5'), '10 seconds', 'one that counts seconds every ten');
select is(app.cron_line('10 seconds', '1.10'), '10 seconds', 'also when its number has two digits');
select is(app.cron_line('5 * * * *', '1.4'), '5 * * * *', 'and what has minutes at those');

delete from cron.job where jobname like 'cloister-%';
select is(app.schedule_jobs(), 0, 'without pg_cron nothing is scheduled');
create or replace function app.pg_cron_version() returns text language sql as $$ select '1.6'; $$;
insert into cron.job (jobname, schedule, command) values
  ('cloister-gone', '* * * * *', 'select 1'), ('backup', '* * * * *', 'select 2');
insert into app.jobs values ('broken', '* * * * *', 'sql', 'select 1');
select is(app.schedule_jobs(), (select count(*)::int - 1 from app.jobs),
  'a job that pg_cron refuses keeps no other from it');
select results_eq($$ select schedule, command from cron.job
  where jobname in ('cloister-reap', 'cloister-retention') order by jobname $$, $$ values
  ('10 seconds', 'select public.reap_runs()'),
  ('* * * * *', 'select app.call_function(''/retention/work'')') $$,
  'SQL is scheduled as it is, and a function as a call');
select results_eq($$ select jobname from cron.job
  where jobname in ('cloister-gone', 'backup') $$, array['backup'],
  'what is not on the list any more is not scheduled any more, and others'' jobs are left alone');
insert into cron.job_run_details select jobid, now() - interval '3 days' from cron.job;
insert into cron.job_run_details select jobid, now() from cron.job;
select app.forget_job_history();
select is((select count(*)::int from cron.job_run_details where end_time < now() - interval '1 day'),
  1, 'what became of old jobs is forgotten, others'' not');

select throws_ok(format('insert into app.jobs values (%L, %L, %L, %L)', name, every, kind, work),
  '23514', null, concat_ws(' ', name, every, work) || ' is no job')
from (values
  ('a', 'daily', 'sql', 'select 1'), ('a', '* * * *', 'sql', 'select 1'),
  ('a', '5 seconds', 'sql', 'select 1'), ('a', '* * * * *', 'http', 'https://elsewhere.test/x'),
  ('a', '* * * * *', 'http', '/admin/../auth'), ('a', '* * * * *', 'http', '/admin/x?y'),
  ('a', '* * * * *', 'mail', 'x'), ('A b', '* * * * *', 'sql', 'select 1')
) as job (name, every, kind, work);

select tests.become('ann');
select throws_ok('select * from app.jobs', '42501', null, 'a user reads no jobs');
select throws_ok($$ select app.call_function('/retention/work') $$, '42501', null,
  'a user calls no function as the clock');
select tests.become('service');
select throws_ok($$ insert into app.jobs values ('x', '* * * * *', 'sql', 'select 1') $$, '42501',
  null, 'the service adds no job');
select tests.become('anon');
select throws_ok('select app.schedule_jobs()', '42501', null, 'an anonymous caller schedules none');

select * from finish();
rollback;
