-- What webhooks are told. That a run has ended and that it is to be told is one transaction: no
-- ending is forgotten, and none is told that did not happen. Whoever sends claims some deliveries for
-- a while and says how it went; one whose sender died is due again, so that it may arrive twice, with
-- the same id, and is not lost.

create table public.webhook_deliveries (
  id uuid primary key default app.uuid7(),
  webhook_id uuid not null references public.webhooks (id) on delete cascade,
  owner_id uuid not null references auth.users (id) on delete cascade,
  agent_id uuid not null,
  run_id uuid not null,
  run_status text not null,
  attempt int not null default 0 check (attempt >= 0),
  tries int not null default 0 check (tries >= 0),
  due_since timestamptz not null default clock_timestamp(),
  next_at timestamptz not null default clock_timestamp(),
  sending boolean not null default false,
  created_at timestamptz not null default now(),
  delivered_at timestamptz,
  gave_up_at timestamptz,
  duration_ms int check (duration_ms >= 0),
  last_status int,
  last_error text check (length(last_error) <= 100),
  response text check (octet_length(response) <= 4096),
  constraint webhook_deliveries_are_once_a_run unique (webhook_id, run_id),
  constraint webhook_deliveries_end_once check (delivered_at is null or gave_up_at is null)
) with (fillfactor = 80);
comment on table public.webhook_deliveries is
  'What a webhook was told, or is to be: one row for each run that ended. attempt counts what was '
  'sent, tries since it was last asked for. What is sent is made of the run when it is sent. response '
  'is the beginning of the last answer.';
create index webhook_deliveries_waiting_idx on public.webhook_deliveries
  (owner_id, webhook_id, next_at) where delivered_at is null and gave_up_at is null;
create index webhook_deliveries_webhook_id_id_idx on public.webhook_deliveries (webhook_id, id desc);
create index webhook_deliveries_due_since_idx on public.webhook_deliveries (due_since)
where delivered_at is null and gave_up_at is null;
create index webhook_deliveries_created_at_idx on public.webhook_deliveries (created_at);

-- Runs end in several ways, and all of them write here. A webhook that is being deleted just now is
-- waited for, and told nothing.
create function app.announce_run() returns trigger
language plpgsql security definer
set search_path = ''
as $$
begin
  insert into public.webhook_deliveries (webhook_id, owner_id, agent_id, run_id, run_status)
  select w.id, new.owner_id, new.agent_id, new.id, new.status
  from public.webhooks as w
  where w.agent_id = new.agent_id and w.owner_id = new.owner_id and w.enabled
    and new.status = any (w.statuses)
    and app.refusal_of(w.owner_id, w.key_id, 'agents:read') is null
  for key share of w
  on conflict on constraint webhook_deliveries_are_once_a_run do nothing;
  return null;
end;
$$;
revoke execute on function app.announce_run from public, anon, authenticated, service_role;

create trigger announce_run after update of status on public.runs
for each row when (old.ended_at is null and new.ended_at is not null)
execute function app.announce_run();

-- What is sent: as long as the run is there, the same text at each try.
create function app.webhook_payload(run_id uuid) returns text
language plpgsql stable
set search_path = ''
as $$
declare
  run public.runs;
  small boolean;
begin
  select r.* into run from public.runs as r where r.id = webhook_payload.run_id;
  if not found then
    return null;
  end if;
  small := coalesce(octet_length(run.output::text), 0) <= 65536;
  return json_build_object('type', 'run.' || run.status, 'timestamp', run.ended_at,
    'data', json_build_object('run', json_build_object(
      'id', 'run_' || replace(run.id::text, '-', ''), 'agent', run.agent_name,
      'version', run.version, 'status', run.status,
      'output', case when small then run.output end, 'output_omitted', not small,
      'error', run.error, 'usage', run.usage, 'created_at', run.created_at,
      'started_at', run.started_at, 'ended_at', run.ended_at)))::text;
end;
$$;
revoke execute on function app.webhook_payload from public, anon, authenticated, service_role;

-- How long after so many tries the next one is due, a fifth more or less, or null when there is
-- none: a day in all.
create function app.webhook_pause(tries int) returns interval
language sql volatile
set search_path = ''
as $$
  select ('{5 seconds, 1 minute, 5 minutes, 30 minutes, 2 hours, 6 hours, 15 hours}'::interval[])
    [webhook_pause.tries] * (0.8 + random() * 0.4);
$$;
revoke execute on function app.webhook_pause from public, anon, authenticated, service_role;

-- Who waits: at most two webhooks of one owner, and two deliveries of one webhook, so that nobody's
-- slow address, or flood, keeps the others waiting. What may not be sent now stays where it is.
create function app.due_deliveries(max int, owner_id uuid) returns setof uuid
language sql volatile rows 20
set search_path = ''
as $$
  select due.id
  from (
    select w.id, w.owner_id, due.since,
      row_number() over (partition by w.owner_id order by due.since) as place
    from (
      select d.webhook_id, min(d.next_at) as since
      from public.webhook_deliveries as d
      where d.delivered_at is null and d.gave_up_at is null and d.next_at <= clock_timestamp()
        and (due_deliveries.owner_id is null or d.owner_id = due_deliveries.owner_id)
      group by d.webhook_id
    ) as due
    join public.webhooks as w on w.id = due.webhook_id and w.enabled
    join public.agents as a on a.id = w.agent_id and a.state <> 'quarantined'
    where app.refusal_of(w.owner_id, w.key_id, 'agents:execute') is null
  ) as waiting
  cross join lateral (
    select d.id from public.webhook_deliveries as d
    where d.owner_id = waiting.owner_id and d.webhook_id = waiting.id and d.delivered_at is null
      and d.gave_up_at is null and d.next_at <= clock_timestamp()
    order by d.next_at limit 2
    for update skip locked
  ) as due
  where waiting.place <= 2
  order by waiting.since
  limit due_deliveries.max;
$$;
revoke execute on function app.due_deliveries from public, anon, authenticated, service_role;

create function public.claim_webhook_deliveries(max int, lease_s int, only_owner uuid default null)
returns table (
  id uuid, attempt int, owner_id uuid, agent_id uuid, webhook_id uuid, url text, secrets json,
  payload text
)
language plpgsql security definer
set search_path = ''
as $$
begin
  if max is null or max not between 1 and 100 or lease_s is null or lease_s not between 1 and 3600 then
    perform app.refuse(400, 'invalid_request', 'max lies between 1 and 100, lease_s between 1 and 3600.');
  end if;
  update public.webhook_deliveries as d
  set gave_up_at = clock_timestamp(), last_error = 'expired', sending = false
  where d.delivered_at is null and d.gave_up_at is null
    and d.due_since < now() - interval '3 days' and d.next_at <= clock_timestamp();
  return query
  with claimed as (
    update public.webhook_deliveries as d set attempt = d.attempt + 1, tries = d.tries + 1,
      sending = true, next_at = clock_timestamp() + make_interval(secs => lease_s)
    where d.id in (select app.due_deliveries(max, only_owner))
    returning d.id, d.attempt, d.owner_id, d.agent_id, d.webhook_id, d.run_id
  )
  select c.id, c.attempt, c.owner_id, c.agent_id, c.webhook_id, w.url, app.signing_of('webhook.' || w.id),
    app.webhook_payload(c.run_id)
  from claimed as c
  join public.webhooks as w on w.id = c.webhook_id;
end;
$$;
comment on function public.claim_webhook_deliveries is
  'Deliveries that are due, of everybody or of one owner, the caller''s to send for lease_s '
  'seconds. secrets are locked, the current one first, each as reveal_secret answers one. payload is '
  'null where the run is gone. Errors: invalid_request.';
revoke execute on function public.claim_webhook_deliveries
from public, anon, authenticated, service_role;
grant execute on function public.claim_webhook_deliveries to service_role;
