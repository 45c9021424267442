-- What the chapters before this one need now and then. Without pg_cron nothing breaks: windows of
-- rate limits are also forgotten by chance, anomalies are found when public.detect_anomalies() is
-- called, and security events are kept.

do $$
begin
  if exists (select from pg_available_extensions where name = 'pg_cron') then
    perform cron.schedule(job.name, job.times, job.command)
    from (values
      ('cloister-anomalies', '5 * * * *', 'select public.detect_anomalies()'),
      ('cloister-limits', '*/10 * * * *', 'select app.forget_limits()'),
      ('cloister-security-events', '30 3 * * *', 'select app.forget_security_events()'),
      ('cloister-tool-budgets', '40 3 * * *', 'select app.forget_tool_budgets()')
    ) as job (name, times, command);
  end if;
exception when others then
  raise warning 'pg_cron is here but cannot be used: %', sqlerrm
    using hint = 'Schedule public.detect_anomalies(), app.forget_limits() and '
      'app.forget_security_events() another way.';
end;
$$;
