-- What has to be done now and then without anybody asking: one list, whoever works it off. On Supabase
-- that is pg_cron, which runs the SQL and calls the functions through pg_net, with an address and a
-- key from Vault; on a laptop it is the local stack's own clock. Where there is neither nothing breaks:
-- overdue runs are settled when their owner looks at them, and default partitions take the rows of a
-- new month. Only schedules do not fire, queues wait for the next request, and nothing expires.

create table app.jobs (
  name text primary key check (name ~ '^[a-z]+(-[a-z]+)*$' and length(name) <= 40),
  every text not null check (every ~ '^([123]0 seconds|[-0-9*/,]+( [-0-9*/,]+){4})$'),
  kind text not null check (kind in ('sql', 'http')),
  work text not null check (kind = 'sql' or work ~ '^/[a-z]+(/[a-z-]+)+$')
);
comment on table app.jobs is
  'Work by the clock. every: ten, twenty or thirty seconds, or five fields of cron in UTC. work: a '
  'statement, run by itself outside of a transaction, or the path of a function, called with POST. '
  'After a change: select app.schedule_jobs().';
revoke all on app.jobs from public, anon, authenticated, service_role;

create function app.pg_cron_version() returns text
language sql stable
set search_path = ''
as $$ select e.extversion from pg_extension as e where e.extname = 'pg_cron'; $$;
revoke execute on function app.pg_cron_version from public, anon, authenticated, service_role;

-- pg_cron counts in seconds from 1.5 on, and in minutes before. It calls its versions 1.4-1, too.
create function app.cron_line(every text, pg_cron_version text) returns text
language sql immutable
set search_path = ''
as $$
  select case
    when every like '%seconds' and string_to_array(split_part(pg_cron_version, '-', 1), '.')::int[] < '{1,5}'
    then '* * * * *' else every end;
$$;
revoke execute on function app.cron_line from public, anon, authenticated, service_role;

-- Where the functions are called, or null. What is not encrypted is only for the machine itself and
-- for the containers of `supabase start`, because the key goes there.
create function app.clock_address(address text) returns text
language sql immutable
set search_path = ''
as $$
  select rtrim(address, '/')
  where address ~ '^https://[A-Za-z0-9.-]+(:\d+)?/?$'
    or address ~ '^http://(localhost|127\.0\.0\.1|kong|api\.supabase\.internal|host\.docker\.internal)(:\d+)?/?$';
$$;
revoke execute on function app.clock_address from public, anon, authenticated, service_role;

-- Asks pg_net to call a function of the list as the project's clock, and answers the number of the
-- request. It is sent when the transaction ends, once; what the function answers nobody waits for.
create function app.call_function(path text) returns bigint
language plpgsql
set search_path = ''
as $$
declare
  address text;
  key text;
begin
  if not exists (select from app.jobs as j where j.kind = 'http' and j.work = call_function.path) then
    raise exception 'No job calls this path.' using errcode = '22023';
  end if;
  if to_regclass('vault.decrypted_secrets') is null
    or not exists (select from pg_namespace where nspname = 'net') then
    raise exception 'Functions are called with pg_net and Vault, which are not both here.'
      using errcode = '55000';
  end if;
  select app.clock_address(max(s.decrypted_secret) filter (where s.name = 'cloister_url')),
    max(s.decrypted_secret) filter (where s.name = 'cloister_cron_key')
  into address, key
  from vault.decrypted_secrets as s where s.name in ('cloister_url', 'cloister_cron_key');
  if address is null or coalesce(key, '') = '' then
    raise exception 'Vault lacks cloister_url (https://…) or cloister_cron_key.'
      using errcode = '55000', hint = 'See docs/deploy.md.';
  end if;
  return net.http_post(
    url => address || '/functions/v1' || call_function.path,
    headers => jsonb_build_object('content-type', 'application/json', 'apikey', key),
    timeout_milliseconds => 30000);
end;
$$;
revoke execute on function app.call_function from public, anon, authenticated, service_role;

-- pg_cron keeps a row for every time a job ran; ours are dropped after two days.
create function app.forget_job_history() returns void
language plpgsql
set search_path = ''
as $$
begin
  if to_regclass('cron.job_run_details') is null then
    return;
  end if;
  delete from cron.job_run_details as d
  where d.end_time < now() - interval '2 days'
    and d.jobid in (select j.jobid from cron.job as j where j.jobname like 'cloister-%');
end;
$$;
revoke execute on function app.forget_job_history from public, anon, authenticated, service_role;

-- Tells pg_cron of the list as it is now, and answers how many jobs it took. One that it refuses is
-- told as a warning, and the others are taken all the same.
create function app.schedule_jobs() returns int
language plpgsql
set search_path = ''
as $$
declare
  version text := app.pg_cron_version();
  job app.jobs;
  taken int := 0;
begin
  if version is null then
    return 0;
  end if;
  perform cron.unschedule(c.jobid) from cron.job as c
  where c.jobname like 'cloister-%'
    and not exists (select from app.jobs as j where 'cloister-' || j.name = c.jobname);
  for job in select j.* from app.jobs as j order by j.name loop
    begin
      perform cron.schedule('cloister-' || job.name, app.cron_line(job.every, version),
        case job.kind when 'sql' then job.work
          else format('select app.call_function(%L)', job.work) end);
      taken := taken + 1;
    exception when others then
      raise warning 'pg_cron does not take the job %: %', job.name, sqlerrm;
    end;
  end loop;
  return taken;
end;
$$;
revoke execute on function app.schedule_jobs from public, anon, authenticated, service_role;

insert into app.jobs (name, every, kind, work) values
  ('anomalies', '5 * * * *', 'sql', 'select public.detect_anomalies()'),
  ('expire', '*/15 * * * *', 'sql',
    'do $$ begin for i in 1..20 loop exit when not (app.expire() ->> ''more'')::boolean; commit; end loop; end $$'),
  ('history', '20 3 * * *', 'sql', 'select app.forget_job_history()'),
  ('limits', '*/10 * * * *', 'sql', 'select app.forget_limits()'),
  ('metrics-push', '* * * * *', 'http', '/admin/metrics/push'),
  ('metrics-tidy', '*/5 * * * *', 'sql', 'select app.tidy_metrics()'),
  ('partitions', '10 3 * * *', 'sql', 'select app.ensure_partitions(2)'),
  ('queue', '10 seconds', 'http', '/execute/queue/work'),
  ('reap', '10 seconds', 'sql', 'select public.reap_runs()'),
  ('retention', '* * * * *', 'http', '/retention/work'),
  ('schedules', '10 seconds', 'sql',
    'do $$ begin for i in 1..500 loop exit when app.fire_next_schedule() is null; commit; end loop; end $$'),
  ('usage', '15 3 * * *', 'sql', 'select app.forget_cpu_usage()');

-- A server that has the files of pg_cron but does not load them is told, not refused.
do $$
begin
  if exists (select from pg_available_extensions where name = 'pg_cron') then
    execute 'create extension if not exists pg_cron';
  end if;
exception when others then
  raise warning 'pg_cron is here but cannot be used: %', sqlerrm
    using hint = 'Run what app.jobs lists another way.';
end;
$$;

do $$
begin
  if exists (select from pg_available_extensions where name = 'pg_net') then
    execute 'create extension if not exists pg_net';
  end if;
exception when others then
  raise warning 'pg_net is here but cannot be used: %', sqlerrm
    using hint = 'Functions are not called by schedule.';
end;
$$;

select app.schedule_jobs();
