-- How a webhook changes, gets its next secret, and ends. An API key that changes one that no
-- other key has makes it its own, as it does with a hook.

-- What a secret has to be bound to before it is locked: of a new webhook, or of one that is there.
create function app.draft_webhook(agent_name text, webhook_id uuid) returns json
language plpgsql security definer
set search_path = ''
as $$
declare
  agent public.agents := app.told_agent(draft_webhook.agent_name);
  webhook public.webhooks;
begin
  if draft_webhook.webhook_id is null then
    return json_build_object('id', app.uuid7(), 'agent_id', agent.id, 'version', 1);
  end if;
  webhook := app.own_webhook(agent, draft_webhook.webhook_id);
  return json_build_object('id', webhook.id, 'agent_id', agent.id,
    'version', webhook.secret_version + 1);
end;
$$;
revoke execute on function app.draft_webhook from public, anon, authenticated, service_role;
grant execute on function app.draft_webhook to authenticated;

create function public.draft_webhook(agent_name text, webhook_id uuid default null) returns json
language sql
set search_path = ''
as $$
  select app.draft_webhook(draft_webhook.agent_name, draft_webhook.webhook_id);
$$;
comment on function public.draft_webhook is
  'What the next secret of a webhook is bound to: {id, agent_id, version}; a new id where none is '
  'named. Errors: forbidden, not_found, agent_quarantined.';
revoke execute on function public.draft_webhook from public, anon, authenticated, service_role;
grant execute on function public.draft_webhook to authenticated;

create function app.change_webhook(
  agent_name text, webhook_id uuid, url text, statuses text[], enabled boolean
) returns setof public.webhooks
language plpgsql security definer rows 1
set search_path = ''
as $$
declare
  agent public.agents := app.told_agent(change_webhook.agent_name);
  webhook public.webhooks := app.own_webhook(agent, change_webhook.webhook_id);
begin
  perform app.refuse_programs();
  perform app.refuse_others_key(webhook.key_id);
  perform app.refuse_target(coalesce(change_webhook.url, webhook.url),
    coalesce(change_webhook.statuses, webhook.statuses));
  return query
  update public.webhooks as w set
    url = coalesce(change_webhook.url, w.url),
    statuses = coalesce(change_webhook.statuses, w.statuses),
    enabled = coalesce(change_webhook.enabled, w.enabled),
    failing_since = case when not coalesce(change_webhook.enabled, false) then w.failing_since end,
    disabled_reason = case when change_webhook.enabled is null then w.disabled_reason end,
    key_id = coalesce(app.key_id(), w.key_id),
    updated_at = now()
  where w.id = webhook.id
  returning w.*;
end;
$$;
revoke execute on function app.change_webhook from public, anon, authenticated, service_role;
grant execute on function app.change_webhook to authenticated;

create function public.change_webhook(
  agent_name text, webhook_id uuid, url text default null, statuses text[] default null,
  enabled boolean default null
) returns setof public.webhooks
language sql rows 1
set search_path = ''
as $$
  select * from app.change_webhook(change_webhook.agent_name, change_webhook.webhook_id,
    change_webhook.url, change_webhook.statuses, change_webhook.enabled);
$$;
comment on function public.change_webhook is
  'Changes a webhook. What is null stays; one that is switched on begins anew. Errors: forbidden, '
  'not_found, agent_quarantined, made_by_other_key, invalid_request.';
revoke execute on function public.change_webhook from public, anon, authenticated, service_role;
grant execute on function public.change_webhook to authenticated;

create function app.rotate_webhook(
  agent_name text, webhook_id uuid, version int, secret_id uuid, kid text, sealed text,
  overlap_s int
) returns setof public.webhooks
language plpgsql security definer rows 1
set search_path = ''
as $$
declare
  agent public.agents := app.told_agent(rotate_webhook.agent_name);
  webhook public.webhooks := app.own_webhook(agent, rotate_webhook.webhook_id);
  subject text := 'webhook.' || webhook.id;
begin
  perform app.refuse_programs();
  perform app.refuse_direct();
  perform app.refuse_others_key(webhook.key_id);
  if rotate_webhook.version is distinct from webhook.secret_version + 1 then
    perform app.refuse(409, 'secret_changed', 'The secret was changed meanwhile.');
  end if;
  perform app.outlive_signing(subject, rotate_webhook.overlap_s, webhook.key_id);
  perform app.keep_signing(rotate_webhook.secret_id, agent, subject, rotate_webhook.version,
    rotate_webhook.kid, rotate_webhook.sealed);
  return query
  update public.webhooks as w set secret_version = rotate_webhook.version, key_id = app.key_id(),
    updated_at = now()
  where w.id = webhook.id
  returning w.*;
end;
$$;
revoke execute on function app.rotate_webhook from public, anon, authenticated, service_role;
grant execute on function app.rotate_webhook to authenticated;

create function public.rotate_webhook(
  agent_name text, webhook_id uuid, version int, secret_id uuid, kid text, sealed text,
  overlap_s int default 86400
) returns setof public.webhooks
language sql rows 1
set search_path = ''
as $$
  select * from app.rotate_webhook(rotate_webhook.agent_name, rotate_webhook.webhook_id,
    rotate_webhook.version, rotate_webhook.secret_id, rotate_webhook.kid, rotate_webhook.sealed,
    rotate_webhook.overlap_s);
$$;
comment on function public.rotate_webhook is
  'Gives a webhook its next secret; what it had signs beside it for overlap_s seconds more. Errors: '
  'forbidden, not_found, agent_quarantined, made_by_other_key, secret_changed, invalid_request.';
revoke execute on function public.rotate_webhook from public, anon, authenticated, service_role;
grant execute on function public.rotate_webhook to authenticated;

create function app.delete_webhook(agent_name text, webhook_id uuid) returns void
language plpgsql security definer
set search_path = ''
as $$
declare
  webhook public.webhooks :=
    app.own_webhook(app.told_agent(delete_webhook.agent_name), delete_webhook.webhook_id);
begin
  delete from public.webhooks as w where w.id = webhook.id;
end;
$$;
revoke execute on function app.delete_webhook from public, anon, authenticated, service_role;
grant execute on function app.delete_webhook to authenticated;

create function public.delete_webhook(agent_name text, webhook_id uuid) returns void
language sql
set search_path = ''
as $$
  select app.delete_webhook(delete_webhook.agent_name, delete_webhook.webhook_id);
$$;
comment on function public.delete_webhook is
  'Ends a webhook with what it was to be told, and forgets its secret. Errors: forbidden, '
  'not_found, agent_quarantined.';
revoke execute on function public.delete_webhook from public, anon, authenticated, service_role;
grant execute on function public.delete_webhook to authenticated;
