-- Which run a request got, so that whoever asks again, because an answer was lost, gets the same one.

create table app.idempotency_keys (
  owner_id uuid not null references auth.users (id) on delete cascade,
  key text not null check (length(key) between 1 and 255),
  request_hash text not null check (length(request_hash) between 1 and 128),
  run_id uuid not null references public.runs (id) on delete cascade,
  created_at timestamptz not null default now(),
  primary key (owner_id, key)
);
comment on table app.idempotency_keys is
  'Which run a caller''s Idempotency-Key started. Forgotten after 24 hours.';

create index idempotency_keys_run_id_idx on app.idempotency_keys (run_id);
create index idempotency_keys_created_at_idx on app.idempotency_keys (created_at);
revoke all on table app.idempotency_keys from public, anon, authenticated, service_role;

create function app.forget_idempotency_keys() returns void
language sql
set search_path = ''
as $$
  delete from app.idempotency_keys where created_at < now() - interval '24 hours';
$$;
revoke execute on function app.forget_idempotency_keys from public, anon, authenticated, service_role;

-- The run that this Idempotency-Key started already, or a null row. To an API key that does not
-- know the run's agent it says the same as start_run() says of that agent.
create function app.replayed_run(caller uuid, key text, request_hash text, key_id uuid)
returns public.runs
language plpgsql
set search_path = ''
as $$
declare
  earlier app.idempotency_keys;
  run public.runs;
  known uuid := app.agent_of_key(replayed_run.key_id);
begin
  select k.* into earlier from app.idempotency_keys as k
  where k.owner_id = replayed_run.caller and k.key = replayed_run.key
    and k.created_at >= now() - interval '24 hours';
  if not found then
    return null;
  end if;
  if earlier.request_hash is distinct from replayed_run.request_hash then
    perform app.refuse(422, 'idempotency_key_reused',
      'This Idempotency-Key came with another request before.');
  end if;
  select r.* into run from public.runs as r where r.id = earlier.run_id;
  if run.agent_id <> known then
    perform app.refuse(404, 'not_found', 'There is no such agent.');
  end if;
  return run;
end;
$$;
revoke execute on function app.replayed_run from public, anon, authenticated, service_role;

-- Remembers which run an Idempotency-Key stands for from here on, where there is one.
create function app.keep_key(run public.runs, idempotency_key text, request_hash text) returns void
language plpgsql
set search_path = ''
as $$
begin
  if keep_key.idempotency_key is null then
    return;
  end if;
  insert into app.idempotency_keys (owner_id, key, request_hash, run_id)
  values (run.owner_id, keep_key.idempotency_key, keep_key.request_hash, run.id)
  on conflict on constraint idempotency_keys_pkey do update
  set request_hash = excluded.request_hash, run_id = excluded.run_id,
    created_at = excluded.created_at;
end;
$$;
revoke execute on function app.keep_key from public, anon, authenticated, service_role;
