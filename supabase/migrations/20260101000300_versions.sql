-- Versions: the code of an agent. A version never changes after it is written, so that a run
-- that names its version names the very bytes that ran. Which version runs is the agent's
-- current_version; going back is publishing an earlier one.

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
  created_at timestamptz not null default now(),
  published_at timestamptz,
  unique (agent_id, version),
  constraint agent_versions_program_has_a_seal check ((program is null) = (seal is null))
);
comment on table public.agent_versions is
  'The immutable code of an agent. source_hash is the SHA-256 of the source in UTF-8, in hex; '
  'published_at is when it was first published. program is the source made ready to run, to be '
  'trusted only under its seal, which the server that made it can check and nobody can forge.';

create index agent_versions_owner_id_idx on public.agent_versions (owner_id);

-- The hash is computed here, whatever the writer says; afterwards only published_at may change.
-- A trigger and not only missing grants: it holds for the owner of the table, too.
create function app.freeze_version() returns trigger
language plpgsql
set search_path = ''
as $$
begin
  if tg_op = 'INSERT' then
    new.source_hash := encode(sha256(convert_to(new.source, 'UTF8')), 'hex');
    return new;
  end if;
  old.published_at := new.published_at;
  if old *<> new then
    raise exception using errcode = '42501', message = 'a version is immutable';
  end if;
  return new;
end;
$$;
revoke execute on function app.freeze_version from public, anon, authenticated, service_role;

create trigger freeze_version before insert or update on public.agent_versions
for each row execute function app.freeze_version();

-- Writes the next version of an agent that the caller of this function has locked.
create function app.write_version(
  agent public.agents, source text, language text, input_schema text, findings text,
  publish boolean, program text, seal text
) returns public.agent_versions
language plpgsql
set search_path = ''
as $$
declare
  written public.agent_versions;
  latest int := (
    select coalesce(max(v.version), 0) from public.agent_versions as v where v.agent_id = agent.id);
begin
  if latest >= (select settings.max_versions from app.settings) then
    perform app.refuse(409, 'too_many_versions', 'This agent has as many versions as it may have.');
  end if;
  insert into public.agent_versions
    (agent_id, owner_id, version, source, language, input_schema, findings, program, seal,
      published_at)
  values (agent.id, agent.owner_id, latest + 1, write_version.source, write_version.language,
    write_version.input_schema::json, write_version.findings::json, write_version.program,
    write_version.seal, case when write_version.publish then now() end)
  returning * into written;
  return written;
end;
$$;
revoke execute on function app.write_version from public, anon, authenticated, service_role;

create function app.create_agent(
  name text, description text, source text, language text, input_schema text, findings text,
  program text, seal text
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
    create_agent.program, create_agent.seal);
  return next agent;
end;
$$;
revoke execute on function app.create_agent from public, anon, authenticated, service_role;
grant execute on function app.create_agent to authenticated;

create function public.create_agent(
  name text, description text, source text, language text,
  input_schema text default null, findings text default '[]',
  program text default null, seal text default null
) returns setof public.agents
language sql rows 1
set search_path = ''
as $$
  select * from app.create_agent(create_agent.name, create_agent.description, create_agent.source,
    create_agent.language, create_agent.input_schema, create_agent.findings,
    create_agent.program, create_agent.seal);
$$;
comment on function public.create_agent is
  'Creates an agent and publishes its version 1, or does neither. Errors: forbidden, '
  'name_taken, too_many_agents.';
revoke execute on function public.create_agent from public, anon, authenticated, service_role;
grant execute on function public.create_agent to authenticated;

create function app.create_version(
  agent_name text, source text, language text, input_schema text, findings text,
  publish boolean, program text, seal text
) returns setof public.agent_versions
language plpgsql security definer rows 1
set search_path = ''
as $$
declare
  agent public.agents := app.own_agent(create_version.agent_name);
  written public.agent_versions := app.write_version(agent, create_version.source,
    create_version.language, create_version.input_schema, create_version.findings,
    create_version.publish, create_version.program, create_version.seal);
begin
  if create_version.publish then
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
  program text default null, seal text default null
) returns setof public.agent_versions
language sql rows 1
set search_path = ''
as $$
  select * from app.create_version(create_version.agent_name, create_version.source,
    create_version.language, create_version.input_schema, create_version.findings,
    create_version.publish, create_version.program, create_version.seal);
$$;
comment on function public.create_version is
  'Writes the next version of an agent and, if asked, publishes it. Errors: forbidden, '
  'not_found, too_many_versions, agent_quarantined.';
revoke execute on function public.create_version from public, anon, authenticated, service_role;
grant execute on function public.create_version to authenticated;

create function app.publish_version(agent_name text, version int) returns setof public.agents
language plpgsql security definer rows 1
set search_path = ''
as $$
declare
  agent public.agents := app.own_agent(publish_version.agent_name);
begin
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
  'forbidden, not_found, agent_quarantined.';
revoke execute on function public.publish_version from public, anon, authenticated, service_role;
grant execute on function public.publish_version to authenticated;

-- What is needed to run an agent: one of its versions, by default the published one. Definer,
-- because most API keys may run agents and not read them: these get all but what was written.
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

revoke all on table public.agent_versions from public, anon, authenticated, service_role;
grant select on table public.agent_versions to authenticated, service_role;

alter table public.agent_versions enable row level security;

create policy "owners who may read see the versions of their agents"
on public.agent_versions for select to authenticated
using (
  owner_id = (select auth.uid()) and (select app.can('agents:read'))
  and coalesce(agent_id = (select app.key_agent()), true)
);
