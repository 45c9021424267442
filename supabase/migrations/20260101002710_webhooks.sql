-- Outbound webhooks: an address of the owner's that is told, signed, when a run of an agent has ended.
-- What is told is in the chapter after this one. What a caller may who made a webhook, it may, and
-- no longer: it ends with their role, and with the API key that it was made by.

alter table app.settings
add column max_webhooks int not null default 20 check (max_webhooks between 0 and 1000);

create table public.webhooks (
  id uuid primary key constraint webhooks_id_is_uuid7 check (substr(id::text, 15, 1) = '7'),
  owner_id uuid not null references auth.users (id) on delete cascade,
  agent_id uuid not null references public.agents (id) on delete cascade,
  url text not null check (url ~ '^https?://[^\s]+$' and length(url) <= 2000),
  statuses text[] not null check (
    cardinality(statuses) between 1 and 7 and array_ndims(statuses) = 1 and statuses <@ array[
      'succeeded', 'failed', 'timed_out', 'out_of_memory', 'output_exceeded', 'cancelled', 'lost']
  ),
  enabled boolean not null default true,
  secret_version int not null default 1 check (secret_version >= 1),
  key_id uuid,
  created_at timestamptz not null default now(),
  updated_at timestamptz not null default now(),
  failing_since timestamptz,
  disabled_reason text check (disabled_reason in ('failing', 'gone')),
  constraint webhooks_disabled_for_a_reason check (disabled_reason is null or not enabled)
);
comment on table public.webhooks is
  'Addresses that are told when runs of an agent end with one of the statuses. failing_since is when '
  'the first of the deliveries failed that failed in a row; disabled_reason is why we switched it '
  'off, and null where its owner did. key_id is the API key that it was made, changed or given its '
  'secret by: with that it ends.';
create index webhooks_owner_id_idx on public.webhooks (owner_id);
create index webhooks_agent_id_idx on public.webhooks (agent_id, id desc);

-- The agent whose runs the caller may have told to others: what a run gave is in what is sent.
create function app.told_agent(name text) returns public.agents
language plpgsql
set search_path = ''
as $$
begin
  perform app.require('agents:read');
  return app.triggered_agent(told_agent.name);
end;
$$;
revoke execute on function app.told_agent from public, anon, authenticated, service_role;

create function app.own_webhook(agent public.agents, webhook_id uuid) returns public.webhooks
language plpgsql
set search_path = ''
as $$
declare
  webhook public.webhooks;
begin
  select w.* into webhook from public.webhooks as w
  where w.id = own_webhook.webhook_id and w.agent_id = agent.id
  for no key update;
  if not found then
    perform app.refuse(404, 'not_found', 'This agent has no such webhook.');
  end if;
  return webhook;
end;
$$;
revoke execute on function app.own_webhook from public, anon, authenticated, service_role;

create function app.refuse_target(url text, statuses text[]) returns void
language plpgsql
set search_path = ''
as $$
begin
  if not coalesce(refuse_target.url ~ '^https?://[^\s]+$' and length(refuse_target.url) <= 2000
    and cardinality(refuse_target.statuses) between 1 and 7
    and array_ndims(refuse_target.statuses) = 1 and refuse_target.statuses <@ array[
      'succeeded', 'failed', 'timed_out', 'out_of_memory', 'output_exceeded', 'cancelled', 'lost'],
    false) then
    perform app.refuse(400, 'invalid_request', 'A webhook has a URL, and statuses that runs end with.');
  end if;
end;
$$;
revoke execute on function app.refuse_target from public, anon, authenticated, service_role;

create function app.create_webhook(
  agent_name text, webhook_id uuid, url text, statuses text[], secret_id uuid, kid text,
  sealed text
) returns setof public.webhooks
language plpgsql security definer rows 1
set search_path = ''
as $$
declare
  agent public.agents := app.told_agent(create_webhook.agent_name);
  webhook public.webhooks;
begin
  perform app.refuse_programs();
  perform app.refuse_direct();
  perform app.refuse_target(create_webhook.url, create_webhook.statuses);
  if create_webhook.webhook_id is null
    or exists (select from public.webhooks as w where w.id = create_webhook.webhook_id) then
    perform app.refuse(400, 'invalid_request', 'A webhook has a new id.');
  end if;
  if (select count(*) from public.webhooks as w where w.agent_id = agent.id)
    >= (select s.max_webhooks from app.settings as s) then
    perform app.refuse(409, 'too_many_webhooks', 'This agent has as many webhooks as it may have.');
  end if;
  insert into public.webhooks (id, owner_id, agent_id, url, statuses, key_id)
  values (create_webhook.webhook_id, agent.owner_id, agent.id, create_webhook.url,
    create_webhook.statuses, app.key_id())
  returning * into webhook;
  perform app.keep_signing(create_webhook.secret_id, agent, 'webhook.' || webhook.id, 1,
    create_webhook.kid, create_webhook.sealed);
  return next webhook;
end;
$$;
revoke execute on function app.create_webhook from public, anon, authenticated, service_role;
grant execute on function app.create_webhook to authenticated;

create function public.create_webhook(
  agent_name text, webhook_id uuid, url text, statuses text[], secret_id uuid, kid text,
  sealed text
) returns setof public.webhooks
language sql rows 1
set search_path = ''
as $$
  select * from app.create_webhook(create_webhook.agent_name, create_webhook.webhook_id,
    create_webhook.url, create_webhook.statuses, create_webhook.secret_id, create_webhook.kid,
    create_webhook.sealed);
$$;
comment on function public.create_webhook is
  'Has an address told when runs of an agent end, with the locked secret that it is signed with. '
  'Errors: forbidden, not_found (the agent), agent_quarantined, too_many_webhooks, invalid_request.';
revoke execute on function public.create_webhook from public, anon, authenticated, service_role;
grant execute on function public.create_webhook to authenticated;

create trigger forget_signing after delete on public.webhooks
for each row execute function app.forget_signing('webhook');

-- The address may have a password of its own in it: of that, the log has the host.
create function app.audit_webhook() returns trigger
language plpgsql security definer
set search_path = ''
as $$
declare
  facts jsonb := to_jsonb(coalesce(new, old));
begin
  facts := jsonb_build_object('agent_id', facts -> 'agent_id', 'statuses', facts -> 'statuses',
    'enabled', facts -> 'enabled', 'secret_version', facts -> 'secret_version',
    'key_id', facts -> 'key_id', 'reason', facts -> 'disabled_reason',
    'host', substring(facts ->> 'url' from '^https?://(?:[^/?#@]*@)?([^/?#:]+|\[[0-9a-f:]+\])'));
  perform app.audit(case tg_op when 'INSERT' then 'webhook.created'
    when 'DELETE' then 'webhook.deleted'
    else case when new.disabled_reason is not null then 'webhook.disabled'
      when new.secret_version > old.secret_version then 'webhook.rotated'
      else 'webhook.changed' end end,
    'webhook', coalesce(new.id, old.id)::text, jsonb_strip_nulls(facts));
  return null;
end;
$$;
revoke execute on function app.audit_webhook from public, anon, authenticated, service_role;

create trigger audit_webhook after insert or delete on public.webhooks
for each row execute function app.audit_webhook();
create trigger audit_webhook_change after update of url, statuses, enabled, secret_version
on public.webhooks
for each row when ((old.url, old.statuses, old.enabled, old.secret_version)
  is distinct from (new.url, new.statuses, new.enabled, new.secret_version))
execute function app.audit_webhook();

revoke all on table public.webhooks from public, anon, authenticated, service_role;
grant select on table public.webhooks to authenticated;
alter table public.webhooks enable row level security;

create policy "owners who may read see their webhooks, and never a secret"
on public.webhooks for select to authenticated
using (
  owner_id = (select auth.uid()) and (select app.can('agents:read'))
  and coalesce(agent_id = (select app.key_agent()), true)
);
