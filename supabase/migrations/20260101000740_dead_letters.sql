-- Runs that were tried as often as a run is, and were lost each time: nothing of their program's doing.
-- They have ended, as lost; an operator who has mended what was broken may have them run anew.

create table app.dead_letters (
  run_id uuid primary key,
  owner_id uuid not null references auth.users (id) on delete cascade,
  agent_id uuid not null,
  agent_name text not null,
  attempts int not null,
  reason text not null check (length(reason) between 1 and 64),
  died_at timestamptz not null default clock_timestamp(),
  replayed_at timestamptz,
  replayed_by uuid,
  replay_run_id uuid
);
comment on table app.dead_letters is
  'Runs that infrastructure lost at every attempt. The ids are records, not references: what they name '
  'may be gone.';

create index dead_letters_died_at_idx on app.dead_letters (died_at);
create index dead_letters_owner_id_idx on app.dead_letters (owner_id);
revoke all on table app.dead_letters from public, anon, authenticated, service_role;

create function app.bury(run public.runs, reason text) returns void
language plpgsql
set search_path = ''
as $$
begin
  insert into app.dead_letters (run_id, owner_id, agent_id, agent_name, attempts, reason)
  values (run.id, run.owner_id, run.agent_id, run.agent_name, run.attempt, bury.reason);
end;
$$;
revoke execute on function app.bury from public, anon, authenticated, service_role;

create function app.list_dead_letters(before uuid, max int) returns setof app.dead_letters
language plpgsql stable security definer
set search_path = ''
as $$
begin
  perform app.require('admin');
  return query
  select d.* from app.dead_letters as d
  where list_dead_letters.before is null or d.run_id < list_dead_letters.before
  order by d.run_id desc
  limit least(greatest(list_dead_letters.max, 1), 1000);
end;
$$;
revoke execute on function app.list_dead_letters from public, anon, authenticated, service_role;
grant execute on function app.list_dead_letters to authenticated;

create function public.list_dead_letters(before uuid default null, max int default 100)
returns table (
  run_id uuid, owner_id uuid, agent_id uuid, agent_name text, attempts int, reason text,
  died_at timestamptz, replayed_at timestamptz, replayed_by uuid, replay_run_id uuid
)
language sql stable
set search_path = ''
as $$
  select * from app.list_dead_letters(list_dead_letters.before, list_dead_letters.max);
$$;
comment on function public.list_dead_letters is
  'Runs that infrastructure lost at every attempt, the newest run first, for administrators. Errors: '
  'forbidden.';
revoke execute on function public.list_dead_letters from public, anon, authenticated, service_role;
grant execute on function public.list_dead_letters to authenticated;

-- A new run of the same version with the same input, for the same user and by the same key, if they
-- still may.
create function app.replay_dead_letter(run_id uuid) returns setof public.runs
language plpgsql security definer rows 1
set search_path = ''
as $$
declare
  letter app.dead_letters;
  dead public.runs;
  run public.runs;
begin
  perform app.require('admin');
  select d.* into letter from app.dead_letters as d
  where d.run_id = replay_dead_letter.run_id for update;
  select r.* into dead from public.runs as r where r.id = letter.run_id;
  if dead.id is null then
    perform app.refuse(404, 'not_found', 'There is no such dead letter.');
  elsif letter.replayed_at is not null then
    perform app.refuse(409, 'already_replayed', 'This dead letter was replayed already.');
  end if;
  run := app.enqueue(dead.owner_id, dead.key_id, dead.agent_id, dead.version, dead.input, null,
    dead.trigger, dead.trigger_id, 'replay of ' || dead.id);
  update app.dead_letters as d set replayed_at = clock_timestamp(),
    replayed_by = (select auth.uid()), replay_run_id = run.id
  where d.run_id = dead.id;
  perform app.audit('run.replayed', 'run', dead.id::text, jsonb_build_object(
    'owner_id', dead.owner_id, 'agent_id', dead.agent_id, 'run_id', run.id));
  return next run;
end;
$$;
revoke execute on function app.replay_dead_letter from public, anon, authenticated, service_role;
grant execute on function app.replay_dead_letter to authenticated;

create function public.replay_dead_letter(run_id uuid) returns uuid
language sql
set search_path = ''
as $$
  select id from app.replay_dead_letter(replay_dead_letter.run_id);
$$;
comment on function public.replay_dead_letter is
  'Queues a dead letter anew, once, as its user, for administrators: the new run''s id. Errors: '
  'already_replayed, and those of enqueue_run.';
revoke execute on function public.replay_dead_letter from public, anon, authenticated, service_role;
grant execute on function public.replay_dead_letter to authenticated;

-- How it stands with the queue: how much waits, for how long, whose, and who works on it.
create function app.queue_overview() returns jsonb
language plpgsql stable security definer
set search_path = ''
as $$
declare
  stats record := app.queue_stats();
begin
  perform app.require('admin');
  return jsonb_build_object('backend', stats.backend, 'depth', stats.depth,
    'delayed', stats.delayed, 'oldest_at', stats.oldest_at,
    'dead_letters', (select count(*) from app.dead_letters as d where d.replayed_at is null),
    'users', coalesce((
      select jsonb_agg(jsonb_build_object('user_id', u.owner_id, 'queued', u.queued,
        'running', app.running_runs(u.owner_id), 'oldest_at', u.oldest_at)
        order by u.queued desc, u.owner_id)
      from (
        select r.owner_id, count(*) as queued, min(r.queued_at) as oldest_at
        from public.runs as r where r.status = 'queued'
        group by r.owner_id order by queued desc, r.owner_id limit 20
      ) as u), '[]'),
    'workers', coalesce((
      select jsonb_agg(jsonb_build_object('worker', w.worker, 'runs', w.runs) order by w.worker)
      from (
        select c.worker, count(*) as runs from app.run_claims as c
        where c.begun_at is not null or c.until > clock_timestamp()
        group by c.worker order by c.worker limit 100
      ) as w), '[]'));
end;
$$;
revoke execute on function app.queue_overview from public, anon, authenticated, service_role;
grant execute on function app.queue_overview to authenticated;

create function public.queue_overview() returns jsonb
language sql stable
set search_path = ''
as $$
  select app.queue_overview();
$$;
comment on function public.queue_overview is
  'For administrators: {backend, depth, delayed, oldest_at, dead_letters, users (the 20 with most): '
  '[{user_id, queued, running, oldest_at}], workers: [{worker, runs}]}. Errors: forbidden.';
revoke execute on function public.queue_overview from public, anon, authenticated, service_role;
grant execute on function public.queue_overview to authenticated;
