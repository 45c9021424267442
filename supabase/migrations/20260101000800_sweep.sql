-- What has to happen now and then without anybody asking. pg_cron is there on Supabase and
-- missing on plain Postgres; without it nothing breaks: overdue runs are settled when their
-- owner looks at them or starts the next one, and the default partition takes the events of a
-- new month.

create function public.reap_runs() returns int
language plpgsql security definer
set search_path = ''
as $$
begin
  perform app.forget_idempotency_keys();
  return app.reap();
end;
$$;
comment on function public.reap_runs is
  'Settles every overdue run as lost and forgets old idempotency keys. Answers how many runs were '
  'lost.';
revoke execute on function public.reap_runs from public, anon, authenticated, service_role;
grant execute on function public.reap_runs to service_role;

-- pg_cron counts in seconds from 1.5 on, and in minutes before.
create function app.reap_schedule(pg_cron_version text) returns text
language sql immutable
set search_path = ''
as $$
  select case when string_to_array(pg_cron_version, '.')::int[] >= '{1,5}'
    then '10 seconds' else '* * * * *' end;
$$;
revoke execute on function app.reap_schedule from public, anon, authenticated, service_role;

-- pg_cron keeps a row for every time a job ran; ours are dropped after two days. A server that
-- has the files of pg_cron but does not load them is told, not refused.
do $$
begin
  if exists (select from pg_available_extensions where name = 'pg_cron') then
    execute 'create extension if not exists pg_cron';
    perform cron.schedule(job.name, job.times, job.command)
    from (values
      ('cloister-reap', (
        select app.reap_schedule(extversion) from pg_extension where extname = 'pg_cron'
      ), 'select public.reap_runs()'),
      ('cloister-usage', '15 3 * * *', 'select app.forget_cpu_usage()'),
      ('cloister-partitions', '10 3 * * *', 'select app.ensure_event_partitions(3)'),
      ('cloister-history', '20 3 * * *', $job$
        delete from cron.job_run_details
        where end_time < now() - interval '2 days'
          and jobid in (select jobid from cron.job where jobname like 'cloister-%')
      $job$)
    ) as job (name, times, command);
  end if;
exception when others then
  raise warning 'pg_cron is here but cannot be used: %', sqlerrm
    using hint = 'Schedule public.reap_runs() and app.ensure_event_partitions(3) another way.';
end;
$$;
