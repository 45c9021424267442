-- What has to happen now and then without anybody asking; the last chapter says when. Without a clock
-- nothing breaks: overdue runs are settled when their owner looks at them or starts the next one.

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
