-- Runners that pull: processes of the operator's which take queued runs by themselves. Each has an
-- identity of its own, which may nothing but that: ask for a run, and speak of the runs it was
-- given. It holds no user's rights and no secret key; what it may not touch is not there for it.

create table public.runners (
  id uuid primary key default app.uuid7(),
  name text not null check (length(name) between 1 and 100 and name !~ '[[:cntrl:]]'),
  public_id text not null unique check (public_id ~ '^[0-9A-Za-z]{16}$'),
  created_by uuid,
  created_at timestamptz not null default now(),
  last_seen_at timestamptz,
  revoked_at timestamptz
);
comment on table public.runners is
  'Who takes queued runs from outside. created_by is a record, not a reference. last_seen_at is true '
  'to five seconds.';
revoke all on table public.runners from public, anon, authenticated, service_role;
grant select on table public.runners to authenticated;

alter table public.runners enable row level security;

create policy "administrators see the runners"
on public.runners for select to authenticated
using ((select app.can('admin')));

create table app.runner_secrets (
  runner_id uuid primary key references public.runners (id) on delete cascade,
  secret_hash bytea not null check (octet_length(secret_hash) = 32)
);
comment on table app.runner_secrets is
  'The SHA-256 of a runner''s secret, beside the runner so that no reader of runners ever holds it.';
revoke all on table app.runner_secrets from public, anon, authenticated, service_role;

-- Whether some runner takes care of the queue. One that is full takes nothing and still reports
-- every second.
create function app.runner_is_pulling() returns boolean
language plpgsql
set search_path = ''
as $$
begin
  return exists (
    select from public.runners as r
    where r.revoked_at is null and r.last_seen_at > clock_timestamp() - interval '15 seconds'
  );
end;
$$;
revoke execute on function app.runner_is_pulling from public, anon, authenticated, service_role;

-- Puts what a runner was given back into the queue; what it has begun is another attempt then.
create function app.take_from_runner(runner_id uuid) returns void
language plpgsql
set search_path = ''
as $$
declare
  run public.runs;
begin
  for run in
    select r.* from public.runs as r join app.run_claims as c on c.run_id = r.id
    where c.worker = 'runner:' || take_from_runner.runner_id
    order by r.owner_id, r.id
    for update of r
  loop
    if run.status = 'queued' then
      perform app.give_back(run, interval '0');
    else
      update public.runs as r set heartbeat_at = '-infinity' where r.id = run.id;
      perform app.reap(run_id => run.id);
    end if;
  end loop;
end;
$$;
revoke execute on function app.take_from_runner from public, anon, authenticated, service_role;

create function app.create_runner(name text, public_id text, secret_hash text)
returns setof public.runners
language plpgsql security definer rows 1
set search_path = ''
as $$
declare
  made public.runners;
begin
  perform app.require('admin');
  perform app.require_person();
  if not coalesce(length(create_runner.name) between 1 and 100
    and create_runner.name !~ '[[:cntrl:]]' and create_runner.public_id ~ '^[0-9A-Za-z]{16}$'
    and create_runner.secret_hash ~ '^[0-9a-f]{64}$', false) then
    perform app.refuse(400, 'invalid_request', 'A runner has a name of up to 100 characters, a public '
      'id of 16 letters and digits, and the SHA-256 of its secret.');
  end if;
  insert into public.runners (name, public_id, created_by)
  values (create_runner.name, create_runner.public_id, (select auth.uid()))
  returning * into made;
  insert into app.runner_secrets (runner_id, secret_hash)
  values (made.id, decode(create_runner.secret_hash, 'hex'));
  return next made;
end;
$$;
revoke execute on function app.create_runner from public, anon, authenticated, service_role;
grant execute on function app.create_runner to authenticated;

create function public.create_runner(name text, public_id text, secret_hash text)
returns setof public.runners
language sql rows 1
set search_path = ''
as $$
  select * from app.create_runner(
    create_runner.name, create_runner.public_id, create_runner.secret_hash);
$$;
comment on function public.create_runner is
  'Makes an identity for a runner, for administrators in person. secret_hash is the SHA-256 of its '
  'secret, in hex. Errors: forbidden, invalid_request.';
revoke execute on function public.create_runner from public, anon, authenticated, service_role;
grant execute on function public.create_runner to authenticated;

-- What a runner has under way begins anew elsewhere at once, so that nothing it still holds, the
-- passes for tools too, is worth anything. Waits for what the runner is saying at this moment.
create function app.revoke_runner(runner_id uuid) returns setof public.runners
language plpgsql security definer rows 1
set search_path = ''
as $$
declare
  runner public.runners;
begin
  perform app.require('admin');
  perform app.take_turn('runner.' || revoke_runner.runner_id);
  update public.runners as r set revoked_at = coalesce(r.revoked_at, now())
  where r.id = revoke_runner.runner_id returning r.* into runner;
  if not found then
    perform app.refuse(404, 'not_found', 'There is no such runner.');
  end if;
  perform app.take_from_runner(runner.id);
  return next runner;
end;
$$;
revoke execute on function app.revoke_runner from public, anon, authenticated, service_role;
grant execute on function app.revoke_runner to authenticated;

create function public.revoke_runner(runner_id uuid) returns setof public.runners
language sql rows 1
set search_path = ''
as $$
  select * from app.revoke_runner(revoke_runner.runner_id);
$$;
comment on function public.revoke_runner is
  'Ends a runner''s rights for good, for administrators: from now on it is refused, and its runs go '
  'back into the queue. One that is revoked already stays so. Errors: forbidden, not_found.';
revoke execute on function public.revoke_runner from public, anon, authenticated, service_role;
grant execute on function public.revoke_runner to authenticated;

create function app.audit_runner() returns trigger
language plpgsql security definer
set search_path = ''
as $$
begin
  if tg_op = 'UPDATE' then
    perform app.audit('runner.revoked', 'runner', new.id::text,
      jsonb_build_object('name', new.name));
  else
    perform app.audit(case tg_op when 'INSERT' then 'runner.created' else 'runner.deleted' end,
      'runner', coalesce(new.id, old.id)::text, jsonb_build_object(
        'name', coalesce(new.name, old.name), 'public_id', coalesce(new.public_id, old.public_id)));
  end if;
  return null;
end;
$$;
revoke execute on function app.audit_runner from public, anon, authenticated, service_role;

create trigger audit_runner after insert or delete on public.runners
for each row execute function app.audit_runner();
create trigger audit_runner_end after update of revoked_at on public.runners
for each row when (old.revoked_at is null and new.revoked_at is not null)
execute function app.audit_runner();
