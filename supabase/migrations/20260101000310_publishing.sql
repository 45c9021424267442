-- Which version runs: publishing one, approving what one is granted, and finding what is to run.

create function app.publish_version(agent_name text, version int) returns setof public.agents
language plpgsql security definer rows 1
set search_path = ''
as $$
declare
  agent public.agents := app.own_agent(publish_version.agent_name);
begin
  if exists (
    select from public.agent_versions as v
    where v.agent_id = agent.id and v.version = publish_version.version and v.approval = 'needed'
  ) then
    perform app.refuse(409, 'version_unapproved',
      'This version is granted more than the last that could run. A person has to approve it.');
  end if;
  update public.agent_versions as v set published_at = coalesce(v.published_at, now())
  where v.agent_id = agent.id and v.version = publish_version.version;
  if not found then
    perform app.refuse(404, 'not_found', 'This agent has no such version.');
  end if;
  return query
  update public.agents set current_version = publish_version.version, updated_at = now()
  where agents.id = agent.id
  returning agents.*;
end;
$$;
revoke execute on function app.publish_version from public, anon, authenticated, service_role;
grant execute on function app.publish_version to authenticated;

create function public.publish_version(agent_name text, version int) returns setof public.agents
language sql rows 1
set search_path = ''
as $$
  select * from app.publish_version(publish_version.agent_name, publish_version.version);
$$;
comment on function public.publish_version is
  'Makes a version the one that runs: a newer one, or an earlier one to go back. Errors: '
  'forbidden, not_found, version_unapproved, agent_quarantined.';
revoke execute on function public.publish_version from public, anon, authenticated, service_role;
grant execute on function public.publish_version to authenticated;

-- Says yes to what a version is granted: to the policy of that hash, where the caller says which one
-- they have read, because an agent may have been made anew under its name since. One that runs already, because it is an agent's only one,
-- counts as published from here on; another is published by whoever publishes it.
create function app.approve_version(agent_name text, version int, policy_hash text)
returns setof public.agent_versions
language plpgsql security definer rows 1
set search_path = ''
as $$
declare
  agent public.agents;
begin
  perform app.require_person();
  agent := app.own_agent(approve_version.agent_name);
  update public.agent_versions as v
  set approval = 'approved', approved_at = clock_timestamp(), approved_by = (select auth.uid()),
    published_at = case when v.version = agent.current_version then now() end
  where v.agent_id = agent.id and v.version = approve_version.version and v.approval = 'needed'
    and coalesce(v.policy_hash = approve_version.policy_hash, true);
  return query
  select v.* from public.agent_versions as v
  where v.agent_id = agent.id and v.version = approve_version.version
    and coalesce(v.policy_hash = approve_version.policy_hash, true);
  if not found then
    perform app.refuse(404, 'not_found', 'This agent has no such version with this policy.');
  end if;
end;
$$;
revoke execute on function app.approve_version from public, anon, authenticated, service_role;
grant execute on function app.approve_version to authenticated;

create function public.approve_version(
  agent_name text, version int, policy_hash text default null
)
returns setof public.agent_versions
language sql rows 1
set search_path = ''
as $$
  select * from app.approve_version(approve_version.agent_name, approve_version.version,
    approve_version.policy_hash);
$$;
comment on function public.approve_version is
  'Lets a version run that is granted more than the last that could. For people: no API key may. A '
  'version that needs no approval is answered as it is. With policy_hash it is approved only if that '
  'is its policy. Errors: forbidden, session_revoked, '
  'not_found, agent_quarantined.';
revoke execute on function public.approve_version from public, anon, authenticated, service_role;
grant execute on function public.approve_version to authenticated;

-- What is needed to run an agent: one of its versions, by default the published one. Definer,
-- because most API keys may run agents and not read them: these get all but the source and what was
-- remarked on it. The policy says how long a run may take.
create function app.find_program(agent_name text, version int) returns setof public.agent_versions
language plpgsql stable security definer rows 1
set search_path = ''
as $$
declare
  program public.agent_versions;
  known uuid := app.key_agent();
  reads boolean := app.can('agents:read');
begin
  if not reads and not app.can('agents:execute') then
    return;
  end if;
  select v.* into program
  from public.agents as a
  join public.agent_versions as v
    on v.agent_id = a.id and v.version = coalesce(find_program.version, a.current_version)
  where a.owner_id = (select auth.uid()) and a.name = find_program.agent_name
    and (known is null or a.id = known);
  if not found then
    return;
  end if;
  if not reads then
    program.source := null;
    program.findings := '[]';
  end if;
  return next program;
end;
$$;
revoke execute on function app.find_program from public, anon, authenticated, service_role;
grant execute on function app.find_program to authenticated;

create function public.find_program(agent_name text, version int default null)
returns setof public.agent_versions
language sql stable rows 1
set search_path = ''
as $$
  select * from app.find_program(find_program.agent_name, find_program.version);
$$;
comment on function public.find_program is
  'The version of the caller''s agent with that number, or the published one. No row if there '
  'is none, or the caller may neither read nor run it; no source for who may only run it.';
revoke execute on function public.find_program from public, anon, authenticated, service_role;
grant execute on function public.find_program to authenticated;

-- What a run that has begun is made from where its program has no valid seal, as after a restore into
-- another project: whoever may only run an agent is not shown it.
create function public.find_source(version_id uuid) returns text
language sql stable
set search_path = ''
as $$
  select v.source from public.agent_versions as v where v.id = find_source.version_id;
$$;
comment on function public.find_source is
  'The source of a version, for the functions alone. Null where there is none.';
revoke execute on function public.find_source from public, anon, authenticated, service_role;
grant execute on function public.find_source to service_role;
