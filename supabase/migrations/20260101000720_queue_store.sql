-- Where queued runs wait: one small interface over a table, or over pgmq (Supabase Queues) where that
-- can be had. A run that is taken is out of sight for a while; who took it says that it has begun, and
-- it leaves, or says nothing, and it is seen again. What a run is lies in public.runs alone: whatever
-- queues one there puts it here, and whatever takes it out of that state drops it.

create table app.run_queue (
  run_id uuid primary key,
  owner_id uuid not null references auth.users (id) on delete cascade,
  available_at timestamptz not null
);
comment on table app.run_queue is
  'The queue where there is no pgmq. A run may be taken from available_at on.';

create index run_queue_owner_id_available_at_idx on app.run_queue (owner_id, available_at);
revoke all on table app.run_queue from public, anon, authenticated, service_role;

create table app.queue_turns (
  owner_id uuid primary key references auth.users (id) on delete cascade,
  served_at timestamptz not null default clock_timestamp(),
  next_at timestamptz not null
);
comment on table app.queue_turns is
  'Whose turn it is, for every user with queued runs: the one of those past next_at who was served '
  'the longest ago.';

create index queue_turns_served_at_idx on app.queue_turns (served_at);
revoke all on table app.queue_turns from public, anon, authenticated, service_role;

create function app.on_pgmq() returns boolean
language plpgsql stable
set search_path = ''
as $$
begin
  return to_regclass('pgmq.q_cloister_runs') is not null;
end;
$$;
revoke execute on function app.on_pgmq from public, anon, authenticated, service_role;

-- Seconds from now, rounded up: pgmq knows no smaller ones.
create function app.seconds_until(at timestamptz) returns int
language sql stable
set search_path = ''
as $$
  select greatest(0, ceil(extract(epoch from seconds_until.at - clock_timestamp())))::int;
$$;
revoke execute on function app.seconds_until from public, anon, authenticated, service_role;

-- A run's message in pgmq. Dynamic, because its table is not there everywhere.
create function app.message_of(run_id uuid) returns bigint
language plpgsql
set search_path = ''
as $$
declare
  message bigint;
begin
  execute 'select q.msg_id from pgmq.q_cloister_runs as q where q.message ->> ''run_id'' = $1'
  into message using message_of.run_id::text;
  return message;
end;
$$;
revoke execute on function app.message_of from public, anon, authenticated, service_role;

-- Puts a run into the queue, once, to be seen from a moment on. Whose turn it is comes before their
-- runs, as for whoever takes one.
create function app.queue_put(run_id uuid, owner_id uuid, available_at timestamptz) returns void
language plpgsql
set search_path = ''
as $$
begin
  insert into app.queue_turns as t (owner_id, next_at)
  values (queue_put.owner_id, queue_put.available_at)
  on conflict on constraint queue_turns_pkey do update
  set next_at = least(t.next_at, excluded.next_at);
  if not app.on_pgmq() then
    insert into app.run_queue as q (run_id, owner_id, available_at)
    values (queue_put.run_id, queue_put.owner_id, queue_put.available_at)
    on conflict on constraint run_queue_pkey do update set available_at = excluded.available_at;
  elsif app.message_of(queue_put.run_id) is not null then
    perform app.queue_delay(queue_put.run_id, queue_put.available_at);
  else
    execute 'select pgmq.send(''cloister_runs'', $1, $2)' using
      jsonb_build_object('run_id', queue_put.run_id, 'owner_id', queue_put.owner_id),
      app.seconds_until(queue_put.available_at);
  end if;
end;
$$;
revoke execute on function app.queue_put from public, anon, authenticated, service_role;

-- Takes a user's run that waits the longest out of sight for a while, or answers null.
create function app.queue_take(owner_id uuid, visible_for interval) returns uuid
language plpgsql
set search_path = ''
as $$
declare
  taken uuid;
  message bigint;
begin
  if not app.on_pgmq() then
    update app.run_queue as q set available_at = clock_timestamp() + queue_take.visible_for
    where q.run_id = (
      select waiting.run_id from app.run_queue as waiting
      where waiting.owner_id = queue_take.owner_id and waiting.available_at <= clock_timestamp()
      order by waiting.available_at limit 1 for update skip locked
    ) returning q.run_id into taken;
    return taken;
  end if;
  execute 'select q.msg_id, (q.message ->> ''run_id'')::uuid from pgmq.q_cloister_runs as q
    where q.message ->> ''owner_id'' = $1 and q.vt <= clock_timestamp()
    order by q.vt limit 1 for update skip locked'
  into message, taken using queue_take.owner_id::text;
  if message is not null then
    execute 'select pgmq.set_vt(''cloister_runs'', $1, $2)'
    using message, ceil(extract(epoch from queue_take.visible_for))::int;
  end if;
  return taken;
end;
$$;
revoke execute on function app.queue_take from public, anon, authenticated, service_role;

-- Hides a run until a moment.
create function app.queue_delay(run_id uuid, until timestamptz) returns void
language plpgsql
set search_path = ''
as $$
begin
  if not app.on_pgmq() then
    update app.run_queue as q set available_at = queue_delay.until
    where q.run_id = queue_delay.run_id;
    return;
  end if;
  execute 'select pgmq.set_vt(''cloister_runs'', message, $2)
    from app.message_of($1) as message where message is not null'
  using queue_delay.run_id, app.seconds_until(queue_delay.until);
end;
$$;
revoke execute on function app.queue_delay from public, anon, authenticated, service_role;

create function app.queue_drop(run_id uuid) returns void
language plpgsql
set search_path = ''
as $$
begin
  if not app.on_pgmq() then
    delete from app.run_queue as q where q.run_id = queue_drop.run_id;
    return;
  end if;
  execute 'select pgmq.delete(''cloister_runs'', message)
    from app.message_of($1) as message where message is not null' using queue_drop.run_id;
end;
$$;
revoke execute on function app.queue_drop from public, anon, authenticated, service_role;

-- When the next run of a user may be taken, or null if none waits.
create function app.queue_next(owner_id uuid) returns timestamptz
language plpgsql
set search_path = ''
as $$
declare
  next_at timestamptz;
begin
  if not app.on_pgmq() then
    return (select min(q.available_at) from app.run_queue as q
      where q.owner_id = queue_next.owner_id);
  end if;
  execute 'select min(q.vt) from pgmq.q_cloister_runs as q where q.message ->> ''owner_id'' = $1'
  into next_at using queue_next.owner_id::text;
  return next_at;
end;
$$;
revoke execute on function app.queue_next from public, anon, authenticated, service_role;

-- How long the queue is and which backend keeps it. The numbers are of public.runs, which both agree
-- with.
create function app.queue_stats(
  out backend text, out depth bigint, out oldest_at timestamptz, out delayed bigint
)
language plpgsql stable
set search_path = ''
as $$
begin
  select count(*), min(r.queued_at) into depth, oldest_at
  from public.runs as r where r.status = 'queued';
  backend := case when app.on_pgmq() then 'pgmq' else 'table' end;
  if app.on_pgmq() then
    execute 'select count(*) from pgmq.q_cloister_runs as q where q.vt > clock_timestamp()'
    into delayed;
  else
    select count(*) into delayed from app.run_queue as q where q.available_at > clock_timestamp();
  end if;
end;
$$;
revoke execute on function app.queue_stats from public, anon, authenticated, service_role;

-- How long an attempt after the first waits: 5 s and twice as long each time, half of it by chance, and
-- never more than 5 minutes.
create function app.backoff(attempt int) returns interval
language sql volatile
set search_path = ''
as $$
  select case when backoff.attempt <= 1 then interval '0'
    else least(300, 5 * 2 ^ (backoff.attempt - 2)) * (0.5 + random() / 2) * interval '1 second' end;
$$;
revoke execute on function app.backoff from public, anon, authenticated, service_role;

-- Keeps the queue in step with the state of runs.
create function app.follow_queue() returns trigger
language plpgsql security definer
set search_path = ''
as $$
begin
  if new.status = 'queued' then
    perform app.queue_put(new.id, new.owner_id, new.queued_at + app.backoff(new.attempt));
  elsif old.status = 'queued' then
    perform app.queue_drop(new.id);
  end if;
  if old.status = 'running' then
    -- A place is free: who was passed over for want of one need not wait. Never waits itself.
    update app.queue_turns as t set next_at = clock_timestamp()
    where t.owner_id = (
      select parked.owner_id from app.queue_turns as parked
      where parked.owner_id = new.owner_id and parked.next_at > clock_timestamp()
      for update skip locked);
  end if;
  return null;
end;
$$;
revoke execute on function app.follow_queue from public, anon, authenticated, service_role;

create trigger enter_queue after insert on public.runs
for each row when (new.status = 'queued') execute function app.follow_queue();
create trigger follow_queue after update of status on public.runs
for each row when (old.status <> new.status) execute function app.follow_queue();

-- Lets pgmq keep the queue, and finds users and runs in its table by an index. What waits already is
-- taken along.
create function app.use_pgmq() returns void
language plpgsql
set search_path = ''
as $$
begin
  if app.on_pgmq() then
    return;
  end if;
  execute 'select pgmq.create(''cloister_runs'')';
  execute 'create index cloister_runs_owner_idx
    on pgmq.q_cloister_runs ((message ->> ''owner_id''), vt)';
  execute 'create unique index cloister_runs_run_idx
    on pgmq.q_cloister_runs ((message ->> ''run_id''))';
  perform app.queue_put(q.run_id, q.owner_id, q.available_at) from app.run_queue as q;
  delete from app.run_queue where true;
end;
$$;
revoke execute on function app.use_pgmq from public, anon, authenticated, service_role;

do $$
begin
  if exists (select from pg_available_extensions where name = 'pgmq') then
    execute 'create extension if not exists pgmq';
    perform app.use_pgmq();
  end if;
exception when others then
  raise warning 'pgmq is here but cannot be used: %', sqlerrm
    using hint = 'Runs are queued in app.run_queue.';
end;
$$;
