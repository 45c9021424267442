-- What may be an attack, and when somebody is told. A security event is a fact with a count; a rule
-- says how many of a type within how long are an alert, counted per user, per address or of all. A
-- flood is one alert per window, however many isolates report it at once.

-- What events can be about, and so rules. rejected is what clients do by mistake, too: malformed
-- requests and tokens that have expired.
create function app.event_types() returns text[]
language sql immutable
set search_path = ''
as $$
  select '{auth_failed, rate_limited, permission_denied, probing, suspicious, egress_denied, anomaly,
    address_blocked, rejected}'::text[];
$$;
revoke execute on function app.event_types from public, anon, authenticated, service_role;
-- Whoever reads a partitioned table has its checks looked at by the planner.
grant execute on function app.event_types to authenticated;

create table public.security_events (
  id uuid primary key default app.uuid7(),
  type text not null check (type = any (app.event_types())),
  at timestamptz not null,
  count int not null check (count between 1 and 1000000000),
  user_id uuid,
  key_id uuid,
  address text,
  user_agent text,
  request_id text,
  method text,
  route text,
  code text,
  data jsonb not null check (jsonb_typeof(data) = 'object' and octet_length(data::text) <= 4096)
) partition by range (id);
comment on table public.security_events is
  'What went wrong in a way that may be meant. Equal ones are one with a count. Ids are records.';

create index security_events_user_id_type_at_idx on public.security_events (user_id, type, at)
where user_id is not null;
create index security_events_address_type_at_idx on public.security_events (address, type, at)
where address is not null;
create index security_events_type_at_idx on public.security_events (type, at);
create index security_events_at_idx on public.security_events (at);

select app.partition_by_month('security_events', 'id');

create table public.alert_rules (
  name text primary key check (name ~ '^[a-z_]{1,40}$'),
  type text not null check (type = any (app.event_types())),
  threshold int not null check (threshold between 1 and 1000000),
  window_s int not null check (window_s between 1 and 86400),
  per text not null check (per in ('user', 'address', 'global')),
  enabled boolean not null default true
);
comment on table public.alert_rules is
  'How many events of a type, within window_s and of one user, of one address or of all, are an '
  'alert.';

-- What is refused before anybody is known names no user, hence the rules per address beside those
-- per user.
insert into public.alert_rules (name, type, threshold, window_s, per) values
  ('auth_failed', 'auth_failed', 10, 60, 'address'),
  ('rate_limited', 'rate_limited', 5, 60, 'user'),
  ('rate_limited_address', 'rate_limited', 5, 60, 'address'),
  ('suspicious', 'suspicious', 3, 60, 'user'),
  ('suspicious_address', 'suspicious', 3, 60, 'address'),
  ('permission_denied', 'permission_denied', 20, 60, 'user'),
  ('anomaly', 'anomaly', 1, 3600, 'user');

create trigger audit_setting after insert or update or delete on public.alert_rules
for each row execute function app.audit_setting('alert_rule', 'name');

create table public.alerts (
  id uuid primary key default app.uuid7(),
  rule text not null,
  type text not null,
  subject text not null,
  count bigint not null,
  threshold int not null,
  window_s int not null,
  first_at timestamptz not null,
  at timestamptz not null,
  created_at timestamptz not null default clock_timestamp(),
  acknowledged_at timestamptz,
  acknowledged_by uuid,
  note text check (length(note) <= 2000),
  delivery text check (delivery in ('pending', 'delivered', 'gave_up'))
);
comment on table public.alerts is
  'A rule that was met: by a user''s id, an address, or * for all. first_at and at are the first and '
  'last event that met it; count grows while the window lasts. delivery is null where it was never '
  'to be sent.';

create index alerts_rule_subject_at_idx on public.alerts (rule, subject, at desc);

-- An alert leaves the database with what it says when it is raised, the same bytes at each try.
create table app.alert_deliveries (
  alert_id uuid primary key references public.alerts (id) on delete cascade,
  payload json not null,
  attempt int not null default 0,
  next_at timestamptz not null default clock_timestamp(),
  delivered_at timestamptz,
  gave_up_at timestamptz,
  last_status int,
  last_error text
);
comment on table app.alert_deliveries is 'Which alerts are to be sent, and how that went so far.';
create index alert_deliveries_next_at_idx on app.alert_deliveries (next_at)
where delivered_at is null and gave_up_at is null;
revoke all on table app.alert_deliveries from public, anon, authenticated, service_role;

-- Deliveries are forgotten after a while; how they ended stays with the alert. One that is forgotten
-- before it was made was given up.
create function app.note_delivery() returns trigger
language plpgsql security definer
set search_path = ''
as $$
declare
  delivery app.alert_deliveries := coalesce(new, old);
begin
  update public.alerts as a set delivery = case
    when delivery.delivered_at is not null then 'delivered'
    when delivery.gave_up_at is not null or tg_op = 'DELETE' then 'gave_up' else 'pending' end
  where a.id = delivery.alert_id;
  return null;
end;
$$;
revoke execute on function app.note_delivery from public, anon, authenticated, service_role;

create trigger note_delivery after insert or delete or update of delivered_at, gave_up_at
on app.alert_deliveries for each row execute function app.note_delivery();

create function app.audit_acknowledgement() returns trigger
language plpgsql security definer
set search_path = ''
as $$
begin
  perform app.audit('alert.acknowledged', 'alert', new.id::text, jsonb_build_object(
    'rule', new.rule, 'subject', new.subject, 'note', left(new.note, 500)));
  return null;
end;
$$;
revoke execute on function app.audit_acknowledgement from public, anon, authenticated, service_role;

create trigger audit_acknowledgement after update of acknowledged_at on public.alerts
for each row when (old.acknowledged_at is null and new.acknowledged_at is not null)
execute function app.audit_acknowledgement();

create function app.acknowledge_alert(alert_id uuid, note text) returns setof public.alerts
language plpgsql security definer rows 1
set search_path = ''
as $$
begin
  perform app.require('admin');
  update public.alerts as a set acknowledged_at = clock_timestamp(),
    acknowledged_by = (select auth.uid()), note = acknowledge_alert.note
  where a.id = acknowledge_alert.alert_id and a.acknowledged_at is null;
  return query select a.* from public.alerts as a where a.id = acknowledge_alert.alert_id;
  if not found then
    perform app.refuse(404, 'not_found', 'There is no such alert.');
  end if;
end;
$$;
revoke execute on function app.acknowledge_alert from public, anon, authenticated, service_role;
grant execute on function app.acknowledge_alert to authenticated;

create function public.acknowledge_alert(alert_id uuid, note text default null)
returns setof public.alerts
language sql rows 1
set search_path = ''
as $$
  select * from app.acknowledge_alert(acknowledge_alert.alert_id, acknowledge_alert.note);
$$;
comment on function public.acknowledge_alert is
  'Says that somebody has seen to an alert. One that was acknowledged before is answered as it is. '
  'Errors: forbidden, not_found.';
revoke execute on function public.acknowledge_alert from public, anon, authenticated, service_role;
grant execute on function public.acknowledge_alert to authenticated;

-- A rule that was not there. How many there are is bounded, because each event meets all of its
-- type.
create function app.make_alert_rule(rule public.alert_rules) returns public.alert_rules
language plpgsql
set search_path = ''
as $$
begin
  if rule.type is null and rule.per is null then
    perform app.refuse(404, 'not_found', 'There is no such rule. To make one, give type and per.');
  elsif num_nulls(rule.type, rule.per, rule.threshold, rule.window_s) > 0
    or coalesce(rule.name, '') !~ '^[a-z_]{1,40}$' then
    perform app.refuse(400, 'invalid_request',
      'A new rule has a name of up to 40 letters and _, type, per, threshold and window_s.');
  elsif (select count(*) from public.alert_rules) >= 100 then
    perform app.refuse(400, 'invalid_request', 'There are 100 rules, and can be no more.');
  end if;
  insert into public.alert_rules select rule.*;
  return rule;
end;
$$;
revoke execute on function app.make_alert_rule from public, anon, authenticated, service_role;

create function app.set_alert_rule(
  name text, threshold int, window_s int, enabled boolean, type text, per text
) returns setof public.alert_rules
language plpgsql security definer rows 1
set search_path = ''
as $$
begin
  perform app.require('admin');
  if threshold not between 1 and 1000000 or window_s not between 1 and 86400
    or type <> all (app.event_types()) or per not in ('user', 'address', 'global') then
    perform app.refuse(400, 'invalid_request', 'type is that of an event, per user, address or '
      'global, threshold from 1 to 1000000, window_s from 1 to 86400.');
  end if;
  perform app.take_turn('alert_rules');
  return query
  update public.alert_rules as r set
    type = coalesce(set_alert_rule.type, r.type),
    per = coalesce(set_alert_rule.per, r.per),
    threshold = coalesce(set_alert_rule.threshold, r.threshold),
    window_s = coalesce(set_alert_rule.window_s, r.window_s),
    enabled = coalesce(set_alert_rule.enabled, r.enabled)
  where r.name = set_alert_rule.name
  returning r.*;
  if not found then
    return next app.make_alert_rule(
      row(name, type, threshold, window_s, per, coalesce(enabled, true))::public.alert_rules);
  end if;
end;
$$;
revoke execute on function app.set_alert_rule from public, anon, authenticated, service_role;
grant execute on function app.set_alert_rule to authenticated;

create function public.set_alert_rule(
  name text, threshold int default null, window_s int default null, enabled boolean default null,
  type text default null, per text default null
) returns setof public.alert_rules
language sql rows 1
set search_path = ''
as $$
  select * from app.set_alert_rule(set_alert_rule.name, set_alert_rule.threshold,
    set_alert_rule.window_s, set_alert_rule.enabled, set_alert_rule.type, set_alert_rule.per);
$$;
comment on function public.set_alert_rule is
  'Changes a rule, or makes one of that name: then all but enabled is needed. What is null stays. '
  'Errors: forbidden, not_found, invalid_request.';
revoke execute on function public.set_alert_rule from public, anon, authenticated, service_role;
grant execute on function public.set_alert_rule to authenticated;

revoke all on table public.security_events, public.alert_rules, public.alerts
from public, anon, authenticated, service_role;
grant select on table public.security_events, public.alert_rules, public.alerts to authenticated;

alter table public.security_events enable row level security;
alter table public.alert_rules enable row level security;
alter table public.alerts enable row level security;

create policy "who may audit sees security events"
on public.security_events for select to authenticated
using ((select app.can('audit:read')));
create policy "who may audit sees alert rules"
on public.alert_rules for select to authenticated
using ((select app.can('audit:read')));
create policy "who may audit sees alerts"
on public.alerts for select to authenticated
using ((select app.can('audit:read')));
