-- Versions: the code of an agent. A version never changes after it is written, so that a run
-- that names its version names the very bytes that ran. Which version runs is the agent's
-- current_version; going back is publishing an earlier one.
--
-- A version carries the policy that its code runs under. One that is granted more than the last that
-- could run is written, but neither published nor run before a person has approved it: whoever gets
-- hold of an API key changes what an agent does, not what it may.

create table public.agent_versions (
  id uuid primary key default app.uuid7(),
  agent_id uuid not null references public.agents (id) on delete cascade,
  owner_id uuid not null references auth.users (id) on delete cascade,
  version int not null check (version >= 1),
  source text not null check (octet_length(source) between 1 and 262144),
  source_hash text not null check (source_hash ~ '^[0-9a-f]{64}$'),
  language text not null check (language in ('typescript', 'javascript')),
  input_schema json check (
    octet_length(input_schema::text) <= 16384 and json_typeof(input_schema) in ('object', 'boolean')
  ),
  findings json not null default '[]' check (
    octet_length(findings::text) <= 262144 and json_typeof(findings) = 'array'
  ),
  program text check (octet_length(program) <= 262144),
  seal text check (seal ~ '^[A-Za-z0-9_-]{43}$'),
  policy jsonb not null default '{}' check (app.is_policy(policy)),
  policy_hash text not null check (policy_hash ~ '^[0-9a-f]{64}$'),
  approval text not null check (approval in ('not_needed', 'needed', 'approved')),
  created_at timestamptz not null default now(),
  published_at timestamptz,
  approved_at timestamptz,
  approved_by uuid,
  unique (agent_id, version),
  constraint agent_versions_program_has_a_seal check ((program is null) = (seal is null)),
  constraint agent_versions_approved_by_somebody check (
    (approval = 'approved') = (approved_at is not null and approved_by is not null)
  ),
  constraint agent_versions_published_are_approved check (
    approval <> 'needed' or published_at is null
  )
);
comment on table public.agent_versions is
  'The immutable code of an agent. source_hash is the SHA-256 of the source in UTF-8, in hex; '
  'published_at is when it was first published. program is the source made ready to run, to be '
  'trusted only under its seal, which the server that made it can check and nobody can forge. policy '
  'is what the code may beside computing; while approval is needed, nothing of it runs. approved_by '
  'is a record, not a reference.';

create index agent_versions_owner_id_idx on public.agent_versions (owner_id);

-- The hashes are computed here, whatever the writer says; afterwards only published_at may change, and
-- an approval that was needed may be given. What is written without a word on its approval needs one
-- if it is granted anything. A trigger and not only missing grants: it holds for the owner of the
-- table, too.
create function app.freeze_version() returns trigger
language plpgsql
set search_path = ''
as $$
begin
  if tg_op = 'INSERT' then
    new.source_hash := encode(sha256(convert_to(new.source, 'UTF8')), 'hex');
    new.policy_hash := app.policy_text_hash(new.policy);
    new.approval := coalesce(new.approval,
      case when app.policy_within(new.policy, '{}') then 'not_needed' else 'needed' end);
    return new;
  end if;
  old.published_at := new.published_at;
  if old.approval = 'needed' and new.approval = 'approved' then
    old.approval := new.approval;
    old.approved_at := new.approved_at;
    old.approved_by := new.approved_by;
  end if;
  if old *<> new then
    raise exception using errcode = '42501', message = 'a version is immutable';
  end if;
  return new;
end;
$$;
revoke execute on function app.freeze_version from public, anon, authenticated, service_role;

create trigger freeze_version before insert or update on public.agent_versions
for each row execute function app.freeze_version();

-- Whether the next version of an agent, which the caller of this function has locked, needs a person's
-- approval: not if it is granted no more than the last that could run, nor if it is the first and a
-- person writes it. What nobody has approved yet is no measure.
create function app.approval_of(agent public.agents, latest int, policy jsonb) returns text
language plpgsql stable
set search_path = ''
as $$
declare
  measure jsonb := (
    select v.policy from public.agent_versions as v
    where v.agent_id = agent.id and v.approval <> 'needed'
    order by v.version desc limit 1);
begin
  return case when approval_of.latest = 0 and app.is_person() then 'not_needed'
    when app.policy_within(approval_of.policy, coalesce(measure, '{}')) then 'not_needed'
    else 'needed' end;
end;
$$;
revoke execute on function app.approval_of from public, anon, authenticated, service_role;

-- Writes the next version of an agent that the caller of this function has locked: what cannot be a
-- policy is refused before it is compared. What needs an approval is not published yet.
create function app.write_version(
  agent public.agents, source text, language text, input_schema text, findings text,
  publish boolean, program text, seal text, policy text
) returns public.agent_versions
language plpgsql
set search_path = ''
as $$
declare
  written public.agent_versions;
  latest int := (
    select coalesce(max(v.version), 0) from public.agent_versions as v where v.agent_id = agent.id);
  granted jsonb := coalesce(write_version.policy::jsonb, '{}');
  approval text;
begin
  if not app.is_policy(granted) then
    perform app.refuse(400, 'invalid_request', 'This is no policy.');
  end if;
  if latest >= (select settings.max_versions from app.settings) then
    perform app.refuse(409, 'too_many_versions', 'This agent has as many versions as it may have.');
  end if;
  approval := app.approval_of(agent, latest, granted);
  insert into public.agent_versions
    (agent_id, owner_id, version, source, language, input_schema, findings, program, seal,
      policy, approval, published_at)
  values (agent.id, agent.owner_id, latest + 1, write_version.source, write_version.language,
    write_version.input_schema::json, write_version.findings::json, write_version.program,
    write_version.seal, granted, approval,
    case when write_version.publish and approval <> 'needed' then now() end)
  returning * into written;
  return written;
end;
$$;
revoke execute on function app.write_version from public, anon, authenticated, service_role;

create function app.create_agent(
  name text, description text, source text, language text, input_schema text, findings text,
  program text, seal text, policy text
) returns setof public.agents
language plpgsql security definer rows 1
set search_path = ''
as $$
declare
  caller uuid := (select auth.uid());
  agent public.agents;
begin
  perform app.require('agents:write');
  if app.key_agent() is not null then
    perform app.refuse(403, 'forbidden', 'A key of one agent makes no other.');
  end if;
  perform app.refuse_taken(caller, create_agent.name);
  if (select count(*) from public.agents where agents.owner_id = caller)
    >= (select settings.max_agents from app.settings) then
    perform app.refuse(409, 'too_many_agents', 'You have as many agents as you may have.');
  end if;
  insert into public.agents (owner_id, name, description)
  values (caller, create_agent.name, coalesce(create_agent.description, ''))
  returning * into agent;
  perform app.write_version(agent, create_agent.source, create_agent.language,
    create_agent.input_schema, create_agent.findings, true,
    create_agent.program, create_agent.seal, create_agent.policy);
  return next agent;
end;
$$;
revoke execute on function app.create_agent from public, anon, authenticated, service_role;
grant execute on function app.create_agent to authenticated;

create function public.create_agent(
  name text, description text, source text, language text,
  input_schema text default null, findings text default '[]',
  program text default null, seal text default null, policy text default '{}'
) returns setof public.agents
language sql rows 1
set search_path = ''
as $$
  select * from app.create_agent(create_agent.name, create_agent.description, create_agent.source,
    create_agent.language, create_agent.input_schema, create_agent.findings,
    create_agent.program, create_agent.seal, create_agent.policy);
$$;
comment on function public.create_agent is
  'Creates an agent and publishes its version 1, or does neither. What an API key makes runs only '
  'after a person has approved it, if it is granted anything. Errors: forbidden, name_taken, '
  'too_many_agents, invalid_request (the policy).';
revoke execute on function public.create_agent from public, anon, authenticated, service_role;
grant execute on function public.create_agent to authenticated;

create function app.create_version(
  agent_name text, source text, language text, input_schema text, findings text,
  publish boolean, program text, seal text, policy text
) returns setof public.agent_versions
language plpgsql security definer rows 1
set search_path = ''
as $$
declare
  agent public.agents := app.own_agent(create_version.agent_name);
  written public.agent_versions := app.write_version(agent, create_version.source,
    create_version.language, create_version.input_schema, create_version.findings,
    create_version.publish, create_version.program, create_version.seal, create_version.policy);
begin
  if written.published_at is not null then
    update public.agents set current_version = written.version, updated_at = now()
    where agents.id = agent.id;
  end if;
  return next written;
end;
$$;
revoke execute on function app.create_version from public, anon, authenticated, service_role;
grant execute on function app.create_version to authenticated;

create function public.create_version(
  agent_name text, source text, language text,
  input_schema text default null, findings text default '[]', publish boolean default true,
  program text default null, seal text default null, policy text default '{}'
) returns setof public.agent_versions
language sql rows 1
set search_path = ''
as $$
  select * from app.create_version(create_version.agent_name, create_version.source,
    create_version.language, create_version.input_schema, create_version.findings,
    create_version.publish, create_version.program, create_version.seal, create_version.policy);
$$;
comment on function public.create_version is
  'Writes the next version of an agent and, if asked, publishes it, unless it needs an approval: '
  'it is granted more than the last that could run. Errors: forbidden, not_found, '
  'too_many_versions, agent_quarantined, invalid_request (the policy).';
revoke execute on function public.create_version from public, anon, authenticated, service_role;
grant execute on function public.create_version to authenticated;

revoke all on table public.agent_versions from public, anon, authenticated, service_role;
grant select on table public.agent_versions to authenticated, service_role;

alter table public.agent_versions enable row level security;

create policy "owners who may read see the versions of their agents"
on public.agent_versions for select to authenticated
using (
  owner_id = (select auth.uid()) and (select app.can('agents:read'))
  and coalesce(agent_id = (select app.key_agent()), true)
);
