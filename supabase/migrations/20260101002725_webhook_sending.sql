-- How telling went, and telling again. A sender that was too slow, so that another has the delivery
-- by now, is not believed any more.

-- Locks the webhook before the delivery, as whoever deletes it does.
create function app.judge_webhook(webhook_id uuid, delivered boolean, status int) returns void
language plpgsql
set search_path = ''
as $$
declare
  judged public.webhooks;
  since timestamptz;
begin
  select w.* into judged from public.webhooks as w where w.id = judge_webhook.webhook_id
  for no key update;
  if judge_webhook.delivered and judged.failing_since is not null then
    update public.webhooks as w set failing_since = null where w.id = judged.id;
  elsif not judge_webhook.delivered and judged.enabled then
    since := coalesce(judged.failing_since, clock_timestamp());
    update public.webhooks as w set failing_since = since,
      enabled = judge_webhook.status is distinct from 410
        and since > clock_timestamp() - interval '3 days',
      disabled_reason = case when judge_webhook.status = 410 then 'gone'
        when since <= clock_timestamp() - interval '3 days' then 'failing' end
    where w.id = judged.id;
  end if;
end;
$$;
revoke execute on function app.judge_webhook from public, anon, authenticated, service_role;

create function public.settle_webhook_delivery(
  id uuid, attempt int, delivered boolean, final boolean default false,
  status int default null, error text default null, response text default null,
  duration_ms int default null
) returns text
language plpgsql security definer
set search_path = ''
as $$
declare
  sent public.webhook_deliveries;
  pause interval;
begin
  select d.* into sent from public.webhook_deliveries as d where d.id = settle_webhook_delivery.id;
  perform app.judge_webhook(sent.webhook_id, settle_webhook_delivery.delivered,
    settle_webhook_delivery.status)
  where sent.attempt = settle_webhook_delivery.attempt and sent.sending
    and not settle_webhook_delivery.final;
  pause := case when not settle_webhook_delivery.final then app.webhook_pause(sent.tries) end;
  update public.webhook_deliveries as d set
    sending = false,
    delivered_at = case when settle_webhook_delivery.delivered then clock_timestamp() end,
    gave_up_at = case when not settle_webhook_delivery.delivered and pause is null
      then clock_timestamp() end,
    next_at = clock_timestamp() + coalesce(pause, interval '0'),
    last_status = settle_webhook_delivery.status,
    last_error = left(settle_webhook_delivery.error, 100),
    response = left(settle_webhook_delivery.response, 1024),
    duration_ms = settle_webhook_delivery.duration_ms
  where d.id = sent.id and d.attempt = settle_webhook_delivery.attempt and d.sending
  returning d.* into sent;
  if not found then
    return 'stale';
  end if;
  return case when sent.delivered_at is not null then 'delivered'
    when sent.gave_up_at is not null then 'gave_up' else 'waiting' end;
end;
$$;
comment on function public.settle_webhook_delivery is
  'Says how sending a delivery went, by whoever claimed this attempt: delivered, waiting for the '
  'next try (in 5 s, 1 and 5 and 30 min, 2, 6 and 15 h), gave_up after the last one or where it was '
  'final, or stale, and nothing was written. After three days of failures, or a 410, the webhook is '
  'switched off.';
revoke execute on function public.settle_webhook_delivery
from public, anon, authenticated, service_role;
grant execute on function public.settle_webhook_delivery to service_role;

create function app.redeliver(agent_name text, webhook_id uuid, delivery_id uuid)
returns setof public.webhook_deliveries
language plpgsql security definer rows 1
set search_path = ''
as $$
declare
  agent public.agents := app.told_agent(redeliver.agent_name);
  webhook public.webhooks := app.own_webhook(agent, redeliver.webhook_id);
begin
  if not webhook.enabled then
    perform app.refuse(409, 'webhook_disabled', 'The webhook is switched off.');
  end if;
  return query
  update public.webhook_deliveries as d set
    delivered_at = null, gave_up_at = null, tries = 0, due_since = clock_timestamp(),
    next_at = case when d.sending and d.next_at > clock_timestamp()
      then d.next_at else clock_timestamp() end
  where d.id = redeliver.delivery_id and d.webhook_id = webhook.id
  returning d.*;
  if not found then
    perform app.refuse(404, 'not_found', 'This webhook has no such delivery.');
  end if;
end;
$$;
revoke execute on function app.redeliver from public, anon, authenticated, service_role;
grant execute on function app.redeliver to authenticated;

create function public.redeliver(agent_name text, webhook_id uuid, delivery_id uuid)
returns setof public.webhook_deliveries
language sql rows 1
set search_path = ''
as $$
  select * from app.redeliver(redeliver.agent_name, redeliver.webhook_id, redeliver.delivery_id);
$$;
comment on function public.redeliver is
  'Has something told again, whether it arrived or not, with the id that it had. Errors: forbidden, '
  'not_found, agent_quarantined, webhook_disabled.';
revoke execute on function public.redeliver from public, anon, authenticated, service_role;
grant execute on function public.redeliver to authenticated;

revoke all on table public.webhook_deliveries from public, anon, authenticated, service_role;
grant select on table public.webhook_deliveries to authenticated;
alter table public.webhook_deliveries enable row level security;

create policy "owners who may read see what their webhooks were told"
on public.webhook_deliveries for select to authenticated
using (
  owner_id = (select auth.uid()) and (select app.can('agents:read'))
  and coalesce(agent_id = (select app.key_agent()), true)
);
