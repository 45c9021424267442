-- What an administrator stops when something goes wrong: one agent, one key, one user, or
-- everything. Nothing new starts, what runs is asked to stop, and nobody but an administrator can
-- undo it.

-- Asks the running runs that a quarantine hits to stop. Those that start at this moment wait: see
-- start_run().
create function app.stop_runs(kind text, target uuid) returns void
language plpgsql
set search_path = ''
as $$
begin
  update public.runs as r set cancel_requested_at = clock_timestamp()
  where r.status = 'running' and r.cancel_requested_at is null and case stop_runs.kind
    when 'agent' then r.agent_id = stop_runs.target
    when 'key' then r.key_id = stop_runs.target
    when 'user' then r.owner_id = stop_runs.target
    else true end;
end;
$$;
revoke execute on function app.stop_runs from public, anon, authenticated, service_role;

-- Stops an agent, and answers the state to go back to.
create function app.quarantine_agent(agent_id uuid) returns text
language plpgsql
set search_path = ''
as $$
declare
  agent public.agents;
begin
  select a.* into agent from public.agents as a where a.id = quarantine_agent.agent_id for update;
  update public.agents as a set state = 'quarantined', updated_at = now() where a.id = agent.id;
  return case agent.state when 'active' then 'active' else 'archived' end;
end;
$$;
revoke execute on function app.quarantine_agent from public, anon, authenticated, service_role;

create function app.quarantine_has_target(kind text, target uuid) returns boolean
language plpgsql
set search_path = ''
as $$
begin
  return case quarantine_has_target.kind
    when 'agent' then exists (
      select from public.agents as a where a.id = quarantine_has_target.target)
    when 'key' then exists (
      select from public.api_keys as k where k.id = quarantine_has_target.target)
    when 'user' then exists (
      select from auth.users as u where u.id = quarantine_has_target.target)
    else true end;
end;
$$;
revoke execute on function app.quarantine_has_target from public, anon, authenticated, service_role;

create function app.quarantine(kind text, target uuid, reason text) returns setof public.quarantines
language plpgsql security definer rows 1
set search_path = ''
as $$
declare
  made public.quarantines;
begin
  perform app.require('admin');
  if not coalesce(quarantine.kind in ('agent', 'key', 'user', 'everything')
    and (quarantine.kind = 'everything') = (quarantine.target is null)
    and length(quarantine.reason) between 1 and 2000, false) then
    perform app.refuse(400, 'invalid_request', 'A quarantine has a kind (agent, key, user or '
      'everything), a target except for everything, and a reason of up to 2000 characters.');
  end if;
  -- The agent first and the turn then, as start_run() does.
  perform from public.agents as a
  where quarantine.kind = 'agent' and a.id = quarantine.target for update;
  perform app.take_turn('quarantines');
  if app.is_quarantined(quarantine.kind, quarantine.target) then
    perform app.refuse(409, 'already_quarantined', 'This is quarantined already.');
  end if;
  if not app.quarantine_has_target(quarantine.kind, quarantine.target) then
    perform app.refuse(404, 'not_found', 'There is nothing with this id.');
  end if;
  insert into public.quarantines (kind, target, reason, previous_state, created_by)
  values (quarantine.kind, quarantine.target, quarantine.reason,
    case when quarantine.kind = 'agent' then app.quarantine_agent(quarantine.target) end,
    (select auth.uid()))
  returning * into made;
  perform app.stop_runs(made.kind, made.target);
  return next made;
end;
$$;
revoke execute on function app.quarantine from public, anon, authenticated, service_role;
grant execute on function app.quarantine to authenticated;

create function public.quarantine(
  kind text, target uuid default null, reason text default null
)
returns setof public.quarantines
language sql rows 1
set search_path = ''
as $$
  select * from app.quarantine(quarantine.kind, quarantine.target, quarantine.reason);
$$;
comment on function public.quarantine is
  'Stops an agent, a key, a user, or with target null everything, for administrators: running runs '
  'are asked to stop, new ones are refused. Errors: forbidden, not_found, already_quarantined, '
  'last_admin, invalid_request.';
revoke execute on function public.quarantine from public, anon, authenticated, service_role;
grant execute on function public.quarantine to authenticated;

create function app.release_quarantine(quarantine_id uuid, note text)
returns setof public.quarantines
language plpgsql security definer rows 1
set search_path = ''
as $$
declare
  held public.quarantines;
begin
  perform app.require('admin');
  if length(release_quarantine.note) > 2000 then
    perform app.refuse(400, 'invalid_request', 'A note has up to 2000 characters.');
  end if;
  perform from public.agents as a
  join public.quarantines as q on q.kind = 'agent' and q.target = a.id
  where q.id = release_quarantine.quarantine_id for update of a;
  perform app.take_turn('quarantines');
  select q.* into held from public.quarantines as q
  where q.id = release_quarantine.quarantine_id for update;
  if not found then
    perform app.refuse(404, 'not_found', 'There is no such quarantine.');
  elsif held.released_at is not null then
    perform app.refuse(409, 'not_quarantined', 'This is not quarantined any more.');
  end if;
  update public.quarantines as q
  set released_at = clock_timestamp(), released_by = (select auth.uid()),
    note = release_quarantine.note
  where q.id = held.id returning q.* into held;
  if held.kind = 'agent' then
    update public.agents as a set state = held.previous_state, updated_at = now()
    where a.id = held.target and a.state = 'quarantined';
  end if;
  return next held;
end;
$$;
revoke execute on function app.release_quarantine from public, anon, authenticated, service_role;
grant execute on function app.release_quarantine to authenticated;

create function public.release_quarantine(quarantine_id uuid, note text default null)
returns setof public.quarantines
language sql rows 1
set search_path = ''
as $$
  select * from app.release_quarantine(release_quarantine.quarantine_id, release_quarantine.note);
$$;
comment on function public.release_quarantine is
  'Ends a quarantine, for administrators; an agent is again what it was before. Errors: forbidden, '
  'not_found, not_quarantined, invalid_request.';
revoke execute on function public.release_quarantine from public, anon, authenticated, service_role;
grant execute on function public.release_quarantine to authenticated;
