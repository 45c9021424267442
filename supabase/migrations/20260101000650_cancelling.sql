-- How a run is stopped by whose it is: what goes on is asked to stop and settles by itself, what has not
-- begun ends at once.

-- Why a run ended that had not begun.
create function app.cancelled(sentence text) returns json
language sql
set search_path = ''
as $$
  select json_build_object('kind', 'cancelled', 'name', 'AbortError', 'message',
    cancelled.sentence);
$$;
revoke execute on function app.cancelled from public, anon, authenticated, service_role;

-- Asks the executor to stop, which then settles. Where no executor can be left, the run is lost; what
-- is queued has none yet and ends at once.
-- Who may stop runs and not read them is told how it stands with the run, and not what is in it.
create function app.cancel_run(run_id uuid) returns setof public.runs
language plpgsql security definer rows 1
set search_path = ''
as $$
declare
  run public.runs;
  known uuid := app.key_agent();
begin
  perform app.require('runs:cancel');
  select r.* into run from public.runs as r
  where r.id = cancel_run.run_id and r.owner_id = (select auth.uid())
    and (known is null or r.agent_id = known)
  for update;
  if not found then
    perform app.refuse(404, 'not_found', 'There is no such run.');
  end if;
  if run.status in ('queued', 'running') then
    update public.runs as r
    set cancel_requested_at = coalesce(r.cancel_requested_at, clock_timestamp())
    where r.id = run.id returning r.* into run;
  end if;
  if app.is_overdue(run) then
    run := app.settle_lost(run);
  elsif run.status = 'queued' then
    run := app.settle(run.id, 'cancelled', null, app.cancelled('The run was cancelled.'), null);
  end if;
  if not app.can('agents:read') then
    run.input := 'null';
    run.output := null;
    run.error := null;
  end if;
  return next run;
end;
$$;
revoke execute on function app.cancel_run from public, anon, authenticated, service_role;
grant execute on function app.cancel_run to authenticated;

create function public.cancel_run(run_id uuid) returns setof public.runs
language sql rows 1
set search_path = ''
as $$
  select * from app.cancel_run(cancel_run.run_id);
$$;
comment on function public.cancel_run is
  'Asks a running run to stop, and ends a queued one. A run that has ended is answered as it is. Errors: forbidden, '
  'not_found.';
revoke execute on function public.cancel_run from public, anon, authenticated, service_role;
grant execute on function public.cancel_run to authenticated;
