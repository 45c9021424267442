-- For how long what is kept. One row for each kind of thing, set by an administrator; nothing at all,
-- or so little that it would harm what still runs or what an investigation needs, is refused.

create table public.retention (
  kind text primary key check (kind ~ '^[a-z_]{1,40}$'),
  keep_days int,
  min_days int not null check (min_days >= 1),
  max_days int not null check (max_days >= min_days),
  updated_at timestamptz,
  updated_by uuid,
  constraint retention_is_within_bounds check (keep_days between min_days and max_days)
);
comment on table public.retention is
  'Kinds of rows and for how many days each is kept, from min_days to max_days; null is for ever. '
  'What lies in partitions goes by whole months, and so is kept up to a month longer. updated_by is a '
  'record.';

-- events go with their run at the latest, logs are events of type log, idempotency keys answer for a
-- day and no longer. The least that is kept of audit and security events is a month: nobody hides what
-- they did by setting this.
insert into public.retention (kind, keep_days, min_days, max_days) values
  ('runs', 365, 2, 36500),
  ('events', 90, 2, 36500),
  ('logs', 90, 2, 36500),
  ('tool_calls', 365, 2, 36500),
  ('tool_budgets', 35, 2, 36500),
  ('audit', 90, 30, 36500),
  ('security_events', 90, 30, 36500),
  ('scratch_files', 1, 1, 365),
  ('idempotency_keys', 1, 1, 1),
  ('expired_keys', 90, 1, 36500),
  ('alerts', 365, 30, 36500),
  ('deliveries', 30, 7, 36500),
  ('dead_letters', 30, 1, 36500);

create trigger audit_setting after insert or delete or update of keep_days on public.retention
for each row execute function app.audit_setting('retention', 'kind');

-- What is older than this is too old. Null where it is kept for ever. Events, and what else hangs off
-- a run, are never kept longer than runs.
create function app.kept_since(kind text) returns timestamptz
language plpgsql stable
set search_path = ''
as $$
begin
  return (
    select now() - make_interval(days => min(r.keep_days)) from public.retention as r
    where r.kind = kept_since.kind or r.kind = case kept_since.kind
      when 'events' then 'runs' when 'logs' then 'runs' when 'tool_calls' then 'runs' end
  );
end;
$$;
revoke execute on function app.kept_since from public, anon, authenticated, service_role;

create function app.set_retention(kind text, keep_days int) returns setof public.retention
language plpgsql security definer rows 1
set search_path = ''
as $$
declare
  policy public.retention;
begin
  perform app.require('admin');
  select r.* into policy from public.retention as r
  where r.kind = set_retention.kind for update;
  if not found then
    perform app.refuse(404, 'not_found', 'There is no such kind.');
  elsif set_retention.keep_days not between policy.min_days and policy.max_days then
    perform app.refuse(400, 'invalid_request', format(
      'These are kept from %s to %s days, or for ever (null).', policy.min_days, policy.max_days));
  end if;
  return query
  update public.retention as r set keep_days = set_retention.keep_days,
    updated_at = clock_timestamp(), updated_by = (select auth.uid())
  where r.kind = policy.kind returning r.*;
end;
$$;
revoke execute on function app.set_retention from public, anon, authenticated, service_role;
grant execute on function app.set_retention to authenticated;

create function public.set_retention(kind text, keep_days int default null)
returns setof public.retention
language sql rows 1
set search_path = ''
as $$
  select * from app.set_retention(set_retention.kind, set_retention.keep_days);
$$;
comment on function public.set_retention is
  'Sets for how many days things of a kind are kept; null is for ever. Errors: forbidden, not_found, '
  'invalid_request.';
revoke execute on function public.set_retention from public, anon, authenticated, service_role;
grant execute on function public.set_retention to authenticated;

revoke all on table public.retention from public, anon, authenticated, service_role;
grant select on table public.retention to authenticated;

alter table public.retention enable row level security;

create policy "admins see for how long things are kept"
on public.retention for select to authenticated
using ((select app.can('admin')));
