-- Agents and who owns them. Every other table hangs off an agent or its owner, and every
-- policy in this database asks the same question: is this row the caller's own?
--
-- Users hold no right to write into tables. What they call in `public` runs with their own
-- rights and only passes on to its namesake in `app`, which checks and then writes as owner:
-- so nothing that REST can reach runs with more rights than its caller.

create table public.agents (
  id uuid primary key default app.uuid7(),
  owner_id uuid not null references auth.users (id) on delete cascade,
  name text not null check (name ~ '^[a-z][a-z0-9_-]{0,62}$'),
  description text not null default '' check (length(description) <= 2000),
  state text not null default 'active' check (state in ('active', 'quarantined', 'archived')),
  current_version int not null default 1 check (current_version >= 1),
  created_at timestamptz not null default now(),
  updated_at timestamptz not null default now(),
  unique (owner_id, name)
);
comment on table public.agents is
  'A program that a user keeps here: its name, its state and which version of its code runs.';

create index agents_owner_id_id_idx on public.agents (owner_id, id desc);

-- A key that knows one agent goes with it. Policies ask for it inside coalesce(), which the planner
-- takes to be true of every other row: a bare "or" looks so selective that pages would be sorted.
alter table public.api_keys add constraint api_keys_agent_id_fkey
foreign key (agent_id) references public.agents (id) on delete cascade;

-- Quarantine is the operator's: whoever owns the agent can neither change, archive nor delete it.
create function app.refuse_quarantined(agent public.agents) returns void
language plpgsql
set search_path = ''
as $$
begin
  if agent.state = 'quarantined' then
    perform app.refuse(423, 'agent_quarantined', 'This agent is quarantined by an administrator.');
  end if;
end;
$$;
revoke execute on function app.refuse_quarantined from public, anon, authenticated, service_role;

-- The caller's own agent to change, locked until the transaction ends. Somebody else's agent, and
-- one that the caller's key does not know, is not looked for at all, so it cannot be told from one
-- that does not exist.
create function app.own_agent(name text) returns public.agents
language plpgsql
set search_path = ''
as $$
declare
  agent public.agents;
  known uuid := app.key_agent();
begin
  perform app.require('agents:write');
  select * into agent from public.agents
  where agents.owner_id = (select auth.uid()) and agents.name = own_agent.name
    and (known is null or agents.id = known)
  for update;
  if not found then
    perform app.refuse(404, 'not_found', 'There is no such agent.');
  end if;
  perform app.refuse_quarantined(agent);
  return agent;
end;
$$;
revoke execute on function app.own_agent from public, anon, authenticated, service_role;

-- Takes turns with create_agent, so that two callers cannot both find a name free.
create function app.refuse_taken(owner_id uuid, name text) returns void
language plpgsql
set search_path = ''
as $$
begin
  perform app.take_turn('agents', refuse_taken.owner_id);
  if exists (
    select from public.agents
    where agents.owner_id = refuse_taken.owner_id and agents.name = refuse_taken.name
  ) then
    perform app.refuse(409, 'name_taken', 'You already have an agent with this name.');
  end if;
end;
$$;
revoke execute on function app.refuse_taken from public, anon, authenticated, service_role;

create function app.update_agent(name text, new_name text, description text)
returns setof public.agents
language plpgsql security definer rows 1
set search_path = ''
as $$
declare
  agent public.agents := app.own_agent(update_agent.name);
begin
  if update_agent.new_name <> agent.name then
    perform app.refuse_taken(agent.owner_id, update_agent.new_name);
  end if;
  return query
  update public.agents set
    name = coalesce(update_agent.new_name, agents.name),
    description = coalesce(update_agent.description, agents.description),
    updated_at = now()
  where agents.id = agent.id
  returning agents.*;
end;
$$;
revoke execute on function app.update_agent from public, anon, authenticated, service_role;
grant execute on function app.update_agent to authenticated;

create function public.update_agent(
  name text, new_name text default null, description text default null
) returns setof public.agents
language sql rows 1
set search_path = ''
as $$
  select * from app.update_agent(
    update_agent.name, update_agent.new_name, update_agent.description);
$$;
comment on function public.update_agent is
  'Renames or describes an agent. What is null stays. Errors: forbidden, not_found, name_taken, '
  'agent_quarantined.';
revoke execute on function public.update_agent from public, anon, authenticated, service_role;
grant execute on function public.update_agent to authenticated;

create function app.set_agent_archived(name text, archived boolean) returns setof public.agents
language plpgsql security definer rows 1
set search_path = ''
as $$
declare
  agent public.agents := app.own_agent(set_agent_archived.name);
begin
  return query
  update public.agents
  set state = case when set_agent_archived.archived then 'archived' else 'active' end,
    updated_at = now()
  where agents.id = agent.id
  returning agents.*;
end;
$$;
revoke execute on function app.set_agent_archived from public, anon, authenticated, service_role;
grant execute on function app.set_agent_archived to authenticated;

create function public.set_agent_archived(name text, archived boolean) returns setof public.agents
language sql rows 1
set search_path = ''
as $$
  select * from app.set_agent_archived(set_agent_archived.name, set_agent_archived.archived);
$$;
comment on function public.set_agent_archived is
  'Retires an agent, or brings it back. An archived agent cannot be run. Errors: forbidden, '
  'not_found, agent_quarantined.';
revoke execute on function public.set_agent_archived from public, anon, authenticated, service_role;
grant execute on function public.set_agent_archived to authenticated;

revoke all on table public.agents from public, anon, authenticated, service_role;
grant select on table public.agents to authenticated, service_role;

alter table public.agents enable row level security;

create policy "owners who may read see their agents"
on public.agents for select to authenticated
using (
  owner_id = (select auth.uid()) and (select app.can('agents:read'))
  and coalesce(id = (select app.key_agent()), true)
);
