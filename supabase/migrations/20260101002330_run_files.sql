-- How a run reaches its files: the server speaks for it, and for as long as it runs. Then what is
-- put into Supabase Storage, by runs and by users: announced before, and removed by whoever comes by.

-- A run that may reach its files: it runs, and nobody has asked it to stop. Who writes keeps it
-- from ending until what is written is there, so that nothing is left in a scratch area, and its
-- agent from going; both before any file, as everybody does.
create function app.filing_run(run_id uuid, writes boolean) returns public.runs
language plpgsql
set search_path = ''
as $$
declare
  run public.runs;
begin
  if filing_run.writes then
    select r.* into run from public.runs as r where r.id = filing_run.run_id for share;
    perform from public.agents as a where a.id = run.agent_id for key share;
    if not found then
      perform app.refuse(409, 'run_ended', 'The run''s agent is gone.');
    end if;
  else
    select r.* into run from public.runs as r where r.id = filing_run.run_id;
  end if;
  if run.status is distinct from 'running' or run.cancel_requested_at is not null then
    perform app.refuse(409, 'run_ended', 'The run has ended.');
  end if;
  return run;
end;
$$;
revoke execute on function app.filing_run from public, anon, authenticated, service_role;

create function public.write_run_files(
  run_id uuid, files jsonb, max_bytes bigint, max_files int, removed text[] default '{}'
) returns jsonb
language plpgsql security definer
set search_path = ''
as $$
declare
  run public.runs := app.filing_run(write_run_files.run_id, true);
  sent record;
  file public.files;
  written jsonb := '[]';
begin
  perform app.take_turn('files', run.owner_id);
  delete from public.files as f
  where f.agent_id = run.agent_id and (f.run_id is null or f.run_id = run.id)
    and f.path = any (write_run_files.removed);
  for sent in
    select * from jsonb_to_recordset(write_run_files.files) as f (
      path text, type text, bytes int, sha256 text, content text, object_id uuid, expected text)
  loop
    file := app.new_file(
      sent.path, sent.bytes, sent.type, sent.sha256, sent.content, sent.object_id);
    file.owner_id := run.owner_id;
    file.agent_id := run.agent_id;
    file.run_id := case when starts_with(file.path, 'scratch/') then run.id end;
    file := app.write_file(
      file, sent.expected, write_run_files.max_bytes, write_run_files.max_files);
    written := written || app.file_entry(file);
  end loop;
  return written;
end;
$$;
comment on function public.write_run_files is
  'Removes files of a running run''s agent or of its scratch area, as far as they are there, and '
  'then creates or replaces others: [{path, type, content (base64), or object_id, bytes and '
  'sha256, expected}]; all or none. Errors: run_ended, file_changed, file_conflict, '
  'body_too_large, workspace_full, invalid_request.';
revoke execute on function public.write_run_files from public, anon, authenticated, service_role;
grant execute on function public.write_run_files to service_role;

create function public.list_run_files(
  run_id uuid, prefix text default '', after text default '', how_many int default 1000
) returns jsonb
language plpgsql security definer
set search_path = ''
as $$
declare
  run public.runs := app.filing_run(list_run_files.run_id, false);
begin
  return (
    select coalesce(jsonb_agg(app.file_entry(f)), '[]') from (
      select f.* from public.files as f
      where f.agent_id = run.agent_id and (f.run_id is null or f.run_id = run.id)
        and starts_with(f.path, list_run_files.prefix) and f.path > list_run_files.after
      order by f.path limit list_run_files.how_many
    ) as f
  );
end;
$$;
comment on function public.list_run_files is
  'The files that a running run sees, in the order of their paths. Errors: run_ended.';
revoke execute on function public.list_run_files from public, anon, authenticated, service_role;
grant execute on function public.list_run_files to service_role;

-- Once 8 MiB are in the answer, what follows comes without its content.
create function public.read_run_files(run_id uuid, paths text[]) returns jsonb
language plpgsql security definer
set search_path = ''
as $$
declare
  run public.runs := app.filing_run(read_run_files.run_id, false);
begin
  return (
    select coalesce(jsonb_agg(app.file_entry(f.file) || jsonb_build_object(
        'object_id', (f.file).object_id, 'content', case when f.before <= 8388608
          then translate(encode((f.file).content, 'base64'), E'\n', '') end)), '[]')
    from (
      select f as file, sum(f.bytes) over (order by f.path) - f.bytes as before
      from public.files as f
      where f.agent_id = run.agent_id and (f.run_id is null or f.run_id = run.id)
        and f.path = any (read_run_files.paths)
    ) as f
  );
end;
$$;
comment on function public.read_run_files is
  'Those files of the ones named that a running run sees, with their content as far as 8 MiB go. '
  'Errors: run_ended.';
revoke execute on function public.read_run_files from public, anon, authenticated, service_role;
grant execute on function public.read_run_files to service_role;

create function public.remove_run_file(run_id uuid, path text) returns void
language plpgsql security definer
set search_path = ''
as $$
declare
  run public.runs := app.filing_run(remove_run_file.run_id, true);
begin
  delete from public.files as f
  where f.agent_id = run.agent_id and (f.run_id is null or f.run_id = run.id)
    and f.path = remove_run_file.path;
  if not found then
    perform app.refuse(404, 'not_found', 'There is no such file.');
  end if;
end;
$$;
comment on function public.remove_run_file is
  'Removes a file that a running run sees. Errors: run_ended, not_found.';
revoke execute on function public.remove_run_file from public, anon, authenticated, service_role;
grant execute on function public.remove_run_file to service_role;

-- Announces what is about to be put into Storage, for a run or for a caller.
create function public.announce_object(
  bytes int, run_id uuid default null, caller uuid default null, key_id uuid default null
) returns uuid
language plpgsql security definer
set search_path = ''
as $$
declare
  owner uuid := announce_object.caller;
  most record;
  object_id uuid;
begin
  if announce_object.run_id is not null then
    owner := (app.filing_run(announce_object.run_id, false)).owner_id;
  else
    perform app.require(owner, announce_object.key_id, 'agents:write');
  end if;
  perform app.take_turn('files', owner);
  select * into most from app.settings;
  if announce_object.bytes > most.max_file_bytes then
    perform app.refuse(413, 'body_too_large', 'The file is larger than files may be.');
  end if;
  if announce_object.bytes + app.bytes_on_the_way(owner) + (
    select coalesce(sum(f.bytes), 0) from public.files as f where f.owner_id = owner
  ) > most.max_file_bytes_per_user then
    perform app.refuse(409, 'workspace_full', 'You keep as much in files as you may keep.');
  end if;
  insert into app.file_objects (owner_id, bytes) values (owner, announce_object.bytes)
  returning id into object_id;
  return object_id;
end;
$$;
comment on function public.announce_object is
  'The id under which content may be put into Storage, within the next half hour. Errors: '
  'run_ended, forbidden, body_too_large, workspace_full.';
revoke execute on function public.announce_object from public, anon, authenticated, service_role;
grant execute on function public.announce_object to service_role;

create function public.claim_garbage(how_many int) returns setof uuid
language sql security definer
set search_path = ''
as $$
  update app.file_objects as o set claimed_at = clock_timestamp()
  where o.id in (
    select g.id from app.file_objects as g
    where (g.dropped_at is not null or g.created_at < now() - interval '1 hour')
      and coalesce(g.claimed_at < now() - interval '5 minutes', true)
      and not exists (select from public.files as f where f.object_id = g.id)
    order by g.id limit claim_garbage.how_many
    for update skip locked
  )
  returning o.id;
$$;
comment on function public.claim_garbage is
  'Ids of what is to be removed from Storage, given to nobody else for five minutes.';
revoke execute on function public.claim_garbage from public, anon, authenticated, service_role;
grant execute on function public.claim_garbage to service_role;

create function public.forget_objects(ids uuid[]) returns void
language sql security definer
set search_path = ''
as $$
  delete from app.file_objects as o
  where o.id = any (forget_objects.ids)
    and not exists (select from public.files as f where f.object_id = o.id);
$$;
comment on function public.forget_objects is
  'Says that these are in Storage no more, or never were. Those of files are left alone.';
revoke execute on function public.forget_objects from public, anon, authenticated, service_role;
grant execute on function public.forget_objects to service_role;
