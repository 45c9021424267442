-- How alerts leave: whoever delivers claims some for a while and says how it went. A claim that is
-- never settled runs out and the alert is due again, so that it may arrive twice and is not lost.

-- How long after so many tries the next one is due, or null when there is none.
create function app.delivery_pause(attempt int) returns interval
language sql immutable
set search_path = ''
as $$
  select ('{5 seconds, 1 minute, 5 minutes, 30 minutes, 2 hours, 8 hours, 24 hours}'::interval[])
    [delivery_pause.attempt];
$$;
revoke execute on function app.delivery_pause from public, anon, authenticated, service_role;

create function public.claim_alert_deliveries(max int, lease_s int)
returns table (id uuid, attempt int, payload json)
language plpgsql security definer
set search_path = ''
as $$
begin
  if max is null or max not between 1 and 100 or lease_s is null or lease_s not between 1 and 3600 then
    perform app.refuse(400, 'invalid_request', 'max lies between 1 and 100, lease_s between 1 and 3600.');
  end if;
  return query
  with due as (
    select d.alert_id from app.alert_deliveries as d
    where d.delivered_at is null and d.gave_up_at is null and d.next_at <= clock_timestamp()
    order by d.next_at
    limit claim_alert_deliveries.max
    for update skip locked
  ), claimed as (
    update app.alert_deliveries as d set attempt = d.attempt + 1,
      next_at = clock_timestamp() + make_interval(secs => claim_alert_deliveries.lease_s),
      gave_up_at = case when d.attempt >= 8 then clock_timestamp() end
    from due where d.alert_id = due.alert_id
    returning d.*
  )
  select c.alert_id, c.attempt, c.payload from claimed as c
  where c.gave_up_at is null order by c.alert_id;
end;
$$;
comment on function public.claim_alert_deliveries is
  'Alerts that are due, the caller''s to deliver for lease_s seconds. attempt counts from 1; after '
  'the eighth nobody tries again. Errors: invalid_request.';
revoke execute on function public.claim_alert_deliveries from public, anon, authenticated, service_role;
grant execute on function public.claim_alert_deliveries to service_role;

create function public.settle_alert_delivery(
  id uuid, delivered boolean, status int, error text default null
) returns void
language plpgsql security definer
set search_path = ''
as $$
begin
  update app.alert_deliveries as d set
    delivered_at = case when settle_alert_delivery.delivered then clock_timestamp() end,
    gave_up_at = case when not settle_alert_delivery.delivered
      and app.delivery_pause(d.attempt) is null then clock_timestamp() end,
    next_at = clock_timestamp() + coalesce(app.delivery_pause(d.attempt), interval '0'),
    last_status = nullif(settle_alert_delivery.status, 0),
    last_error = left(settle_alert_delivery.error, 500)
  where d.alert_id = settle_alert_delivery.id and d.attempt > 0
    and d.delivered_at is null and d.gave_up_at is null;
end;
$$;
comment on function public.settle_alert_delivery is
  'Says how delivering an alert went. status is that of the answer, 0 or null where none came. '
  'After a failure it is due again in 5 s, 1 min, 5 min, 30 min, 2 h, 8 h and 24 h, then no more.';
revoke execute on function public.settle_alert_delivery from public, anon, authenticated, service_role;
grant execute on function public.settle_alert_delivery to service_role;
