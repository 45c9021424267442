-- Files: the workspace of an agent, and beside it a scratch area for each run, which goes when the
-- run ends. There are no directories and no links: a path is a name. What a file holds lies in its
-- row, or in Supabase Storage under an id that the row knows. All writes of one user take turns,
-- so that no number of parallel calls outgrows a quota.

alter table app.settings
add column max_file_bytes int not null default 8388608
check (max_file_bytes between 1 and 16777216),
add column max_files_per_agent int not null default 1000
check (max_files_per_agent between 0 and 100000),
add column max_file_bytes_per_agent bigint not null default 67108864
check (max_file_bytes_per_agent between 0 and 1000000000000),
add column max_file_bytes_per_user bigint not null default 268435456
check (max_file_bytes_per_user between 0 and 1000000000000);
comment on column app.settings.max_files_per_agent is
  'Of a workspace, and of one run''s scratch area. A policy may grant less to runs, never more.';

create table app.file_objects (
  id uuid primary key default app.uuid7(),
  owner_id uuid not null,
  bytes int not null check (bytes >= 0),
  created_at timestamptz not null default now(),
  dropped_at timestamptz,
  claimed_at timestamptz
);
comment on table app.file_objects is
  'What lies in Supabase Storage, noted before it is put there, so that nothing is left behind. '
  'Without a file it is garbage: at once where dropped_at is set, else after an hour. Outlives its '
  'owner until it is removed from there.';

create index file_objects_owner_id_idx on app.file_objects (owner_id);
revoke all on table app.file_objects from public, anon, authenticated, service_role;

create table public.files (
  id uuid primary key default app.uuid7(),
  owner_id uuid not null references auth.users (id) on delete cascade,
  agent_id uuid not null references public.agents (id) on delete cascade,
  run_id uuid references public.runs (id) on delete cascade,
  path text collate "C" not null constraint files_path_is_plain check (
    octet_length(path) between 1 and 1024 and path is nfc normalized
    and path !~ '(^|/)\.{0,2}(/|$)' and path !~ '[\u0001-\u001f\u007f\\]'
    and path !~ '[\u00ad\u034f\u061c\u115f\u1160\u17b4\u17b5\u180b-\u180f\u200b-\u200f]'
    and path !~ '[\u202a-\u202e\u2060-\u206f\u2800\u3164\ufe00-\ufe0f\ufeff\uffa0]'
    and (lower(normalize(split_part(path, '/', 1), nfkc)) <> 'scratch' or path ^@ 'scratch/')
  ),
  bytes int not null check (bytes >= 0),
  type text not null check (type ~ '^[a-z]+/[a-z0-9.+-]{1,100}$'),
  sha256 text not null check (sha256 ~ '^[0-9a-f]{64}$'),
  content bytea,
  object_id uuid unique references app.file_objects (id),
  created_at timestamptz not null default now(),
  modified_at timestamptz not null default clock_timestamp(),
  unique nulls not distinct (agent_id, run_id, path),
  constraint files_scratch_is_a_runs check (starts_with(path, 'scratch/') = (run_id is not null)),
  constraint files_content_is_somewhere check ((content is null) <> (object_id is null)),
  constraint files_bytes_are_counted check (octet_length(content) = bytes)
);
comment on table public.files is
  'A file of an agent, or of one run where run_id is set. type was sniffed by the server that '
  'wrote it; sha256 is of the content, in hex. object_id is where the content lies in Storage.';

create index files_owner_id_idx on public.files (owner_id) include (bytes);
create index files_run_id_idx on public.files (run_id) where run_id is not null;

-- What a replaced or removed file had in Storage is garbage from here on.
create function app.drop_object() returns trigger
language plpgsql security definer
set search_path = ''
as $$
begin
  update app.file_objects as o set dropped_at = clock_timestamp() where o.id = old.object_id;
  return null;
end;
$$;
revoke execute on function app.drop_object from public, anon, authenticated, service_role;

create trigger drop_object after delete on public.files
for each row when (old.object_id is not null) execute function app.drop_object();
create trigger replace_object after update of object_id on public.files
for each row when (old.object_id is distinct from new.object_id) execute function app.drop_object();

-- Whoever ends a run, its scratch area goes with it, in the same transaction.
create function app.clear_scratch() returns trigger
language plpgsql security definer
set search_path = ''
as $$
begin
  delete from public.files as f where f.run_id = new.id;
  return null;
end;
$$;
revoke execute on function app.clear_scratch from public, anon, authenticated, service_role;

create trigger clear_scratch after update of status on public.runs
for each row when (old.status = 'running' and new.status <> 'running')
execute function app.clear_scratch();

revoke all on table public.files from public, anon, authenticated, service_role;
grant select on table public.files to authenticated;

alter table public.files enable row level security;

create policy "owners who may read see the files of their agents"
on public.files for select to authenticated
using (
  owner_id = (select auth.uid()) and (select app.can('agents:read'))
  and coalesce(agent_id = (select app.key_agent()), true) and run_id is null
);
