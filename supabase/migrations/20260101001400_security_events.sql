-- How security events come in: in batches, from the functions, some of them twice because an answer
-- got lost. Whoever counts for a rule and a subject takes turns with all who do, so that ten
-- isolates that report at once meet a threshold together, and raise one alert.

-- Whom a rule counts an event for, or null where the event names nobody of the kind.
create function app.subject_of(per text, event public.security_events) returns text
language plpgsql immutable
set search_path = ''
as $$
begin
  return case per
    when 'user' then event.user_id::text when 'address' then event.address else '*' end;
end;
$$;
revoke execute on function app.subject_of from public, anon, authenticated, service_role;

-- The events that a rule counts for a subject, a window to either side of a moment: isolates report
-- when they get to it, and not in order. One statement for each kind, so that each has its index.
create function app.events_near(
  rule public.alert_rules, subject text, moment timestamptz,
  out at timestamptz, out count int
) returns setof record
language plpgsql stable
set search_path = ''
as $$
declare
  wide interval := make_interval(secs => rule.window_s);
begin
  if rule.per = 'user' then
    return query select e.at, e.count from public.security_events as e
    where e.user_id = subject::uuid and e.type = rule.type
      and e.at > moment - wide and e.at < moment + wide;
  elsif rule.per = 'address' then
    return query select e.at, e.count from public.security_events as e
    where e.address = subject and e.type = rule.type
      and e.at > moment - wide and e.at < moment + wide;
  else
    return query select e.at, e.count from public.security_events as e
    where e.type = rule.type and e.at > moment - wide and e.at < moment + wide;
  end if;
end;
$$;
revoke execute on function app.events_near from public, anon, authenticated, service_role;

-- How many events there were within the window that ends with the last of them.
create function app.count_events(
  rule public.alert_rules, subject text, moment timestamptz,
  out count bigint, out first_at timestamptz, out at timestamptz
)
language plpgsql stable
set search_path = ''
as $$
begin
  select sum(e.count), min(e.at), max(e.at) into count, first_at, at
  from (
    select near.at, near.count, max(near.at) over () as last_at
    from app.events_near(rule, subject, moment) as near
  ) as e
  where e.at > e.last_at - make_interval(secs => rule.window_s);
end;
$$;
revoke execute on function app.count_events from public, anon, authenticated, service_role;

-- What is told of an alert outside. It takes the end of the audit log along, for whoever checks
-- later that nothing was cut off.
create function app.alert_payload(alert public.alerts) returns json
language plpgsql stable
set search_path = ''
as $$
begin
  return (
    select json_build_object('type', 'alert.created', 'timestamp', alert.created_at,
      'data', json_build_object(
        'id', 'alert_' || replace(alert.id::text, '-', ''),
        'rule', alert.rule, 'type', alert.type, 'subject', alert.subject, 'count', alert.count,
        'threshold', alert.threshold, 'window_s', alert.window_s,
        'first_at', alert.first_at, 'at', alert.at,
        'audit_head', json_build_object('seq', h.seq, 'hash', h.hash)))
    from app.audit_head as h
  );
end;
$$;
revoke execute on function app.alert_payload from public, anon, authenticated, service_role;

-- Raises the alert that new events of a subject call for, or adds them to the one that its window
-- has already. Answers how many it raised.
create function app.raise_alert(
  rule public.alert_rules, subject text, latest timestamptz, added bigint
) returns int
language plpgsql
set search_path = ''
as $$
declare
  alert public.alerts;
  counted record;
begin
  update public.alerts as a set count = a.count + added
  where a.id = (
    select earlier.id from public.alerts as earlier
    where earlier.rule = raise_alert.rule.name and earlier.subject = raise_alert.subject
      and earlier.at > latest - make_interval(secs => rule.window_s)
    order by earlier.at desc limit 1
  );
  if found then
    return 0;
  end if;
  counted := app.count_events(rule, subject, latest);
  if counted.count < rule.threshold then
    return 0;
  end if;
  insert into public.alerts (rule, type, subject, count, threshold, window_s, first_at, at)
  values (rule.name, rule.type, raise_alert.subject, counted.count, rule.threshold, rule.window_s,
    counted.first_at, counted.at)
  returning * into alert;
  insert into app.alert_deliveries (alert_id, payload) values (alert.id, app.alert_payload(alert));
  return 1;
end;
$$;
revoke execute on function app.raise_alert from public, anon, authenticated, service_role;

-- A permission that was denied is part of the audit log, too: the transaction that was refused
-- could not note it.
create function app.audit_denial(event public.security_events) returns void
language plpgsql
set search_path = ''
as $$
declare
  entry public.audit_log;
begin
  entry.at := event.at;
  entry.actor_id := event.user_id;
  entry.key_id := event.key_id;
  entry.db_role := coalesce(nullif(current_setting('role', true), 'none'), session_user);
  entry.action := 'permission.denied';
  entry.resource_type := 'route';
  entry.resource_id := concat_ws(' ', event.method, event.route);
  entry.outcome := 'denied';
  entry.details := jsonb_build_object('code', event.code, 'count', event.count, 'at', event.at);
  entry.request_id := event.request_id;
  entry.address := event.address;
  entry.user_agent := event.user_agent;
  entry.via := 'api';
  insert into app.audit_pending (entry) values (entry);
end;
$$;
revoke execute on function app.audit_denial from public, anon, authenticated, service_role;

-- Stores events and sees whether they meet a rule. An event that is here already counts no more.
create function app.record_events(
  events public.security_events[], out recorded int, out alerts int
)
language plpgsql
set search_path = ''
as $$
declare
  topic text;
  added public.security_events[];
  due record;
begin
  alerts := 0;
  for topic in
    select distinct concat_ws('.', 'alert', r.name, app.subject_of(r.per, e)) as topic
    from unnest(events) as e
    join public.alert_rules as r on r.type = e.type and r.enabled
    where app.subject_of(r.per, e) is not null
    order by topic
  loop
    perform app.take_turn(topic);
  end loop;
  with stored as (
    insert into public.security_events select * from unnest(events)
    on conflict on constraint security_events_pkey do nothing
    returning security_events
  )
  select coalesce(array_agg(stored.security_events), '{}') into added from stored;
  recorded := cardinality(added);
  perform app.audit_denial(e) from unnest(added) as e where e.type = 'permission_denied';
  for due in
    select r as rule, app.subject_of(r.per, e) as subject, max(e.at) as latest,
      sum(e.count) as added
    from unnest(added) as e
    join public.alert_rules as r on r.type = e.type and r.enabled
    where app.subject_of(r.per, e) is not null
    group by r, subject
  loop
    alerts := alerts + app.raise_alert(due.rule, due.subject, due.latest, due.added);
  end loop;
end;
$$;
revoke execute on function app.record_events from public, anon, authenticated, service_role;

-- Reads what a function reports. When it happened is believed within the last quarter of an hour,
-- so long a write may have been tried again.
create function app.read_events(events text) returns public.security_events[]
language plpgsql
set search_path = ''
as $$
declare
  given jsonb := events::jsonb;
  moment timestamptz := clock_timestamp();
begin
  if jsonb_typeof(given) <> 'array' or jsonb_array_length(given) > 1000 or exists (
    select from jsonb_array_elements(given) as e
    where case when jsonb_typeof(e) = 'object' then exists (
      select from jsonb_object_keys(e) as field where field not in ('id', 'type', 'at', 'count',
        'user_id', 'key_id', 'address', 'user_agent', 'request_id', 'method', 'route', 'code', 'data')
    ) else true end
  ) then
    perform app.refuse(400, 'invalid_request',
      'Events are an array of at most 1000 objects with the columns of security_events.');
  end if;
  return array(
    select row(coalesce(e.id, app.uuid7()), e.type,
      greatest(least(coalesce(e.at, moment), moment), moment - interval '15 minutes'),
      least(greatest(coalesce(e.count, 1), 1), 1000000000), e.user_id, e.key_id, left(e.address, 64),
      left(e.user_agent, 512), left(e.request_id, 200), left(e.method, 16), left(e.route, 200),
      left(e.code, 64), case when jsonb_typeof(e.data) = 'object'
        then app.fit(e.data, 4096) else '{}' end)::public.security_events
    from jsonb_to_recordset(given) as e (
      id uuid, type text, at timestamptz, count bigint, user_id uuid, key_id uuid, address text,
      user_agent text, request_id text, method text, route text, code text, data jsonb)
  );
end;
$$;
revoke execute on function app.read_events from public, anon, authenticated, service_role;

create function public.record_security_events(events text) returns json
language plpgsql security definer
set search_path = ''
as $$
begin
  return (
    select json_build_object('recorded', done.recorded, 'alerts', done.alerts)
    from app.record_events(app.read_events(record_security_events.events)) as done
  );
end;
$$;
comment on function public.record_security_events is
  'Stores security events, a JSON array of their columns, and raises the alerts they call for: '
  '{recorded, alerts}. An event whose id is known is left out. Errors: invalid_request.';
revoke execute on function public.record_security_events from public, anon, authenticated, service_role;
grant execute on function public.record_security_events to service_role;
