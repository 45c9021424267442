-- How a file is written, whoever writes it: in its owner's turn, where there is room, under a name
-- that clashes with no other; and how what lies in Storage is announced, taken into use and removed.

-- Bytes of an owner that are being put into Storage, and not yet in a file; without this object.
create function app.bytes_on_the_way(owner_id uuid, without uuid default null) returns bigint
language plpgsql stable
set search_path = ''
as $$
begin
  return (
    select coalesce(sum(o.bytes), 0) from app.file_objects as o
    where o.owner_id = bytes_on_the_way.owner_id and o.dropped_at is null
      and o.id is distinct from without and o.created_at > now() - interval '1 hour'
      and not exists (select from public.files as f where f.object_id = o.id)
  );
end;
$$;
revoke execute on function app.bytes_on_the_way from public, anon, authenticated, service_role;

-- Refuses what does not fit beside what is there: into the area that the file is in, and into what
-- its owner may keep in all. What is on its way to Storage counts as if it had arrived.
create function app.refuse_over_room(file public.files, max_bytes bigint, max_files int)
returns void
language plpgsql
set search_path = ''
as $$
declare
  most record;
  area record;
  owned bigint;
begin
  select * into most from app.settings;
  select count(*) as files, coalesce(sum(f.bytes), 0) as bytes into area from public.files as f
  where f.agent_id = file.agent_id and f.run_id is not distinct from file.run_id
    and f.path <> file.path;
  if area.files >= least(max_files, most.max_files_per_agent)
    or area.bytes + file.bytes > least(max_bytes, most.max_file_bytes_per_agent) then
    perform app.refuse(409, 'workspace_full', 'The workspace has no room for this.');
  end if;
  select coalesce(sum(f.bytes), 0) into owned from public.files as f
  where f.owner_id = file.owner_id and f.id is distinct from file.id;
  if owned + file.bytes + app.bytes_on_the_way(file.owner_id, file.object_id)
    > most.max_file_bytes_per_user then
    perform app.refuse(409, 'workspace_full', 'You keep as much in files as you may keep.');
  end if;
end;
$$;
revoke execute on function app.refuse_over_room from public, anon, authenticated, service_role;

-- Refuses a name that another name makes a directory of, or would be a directory to: who mounts
-- these files as a tree finds one.
create function app.refuse_clash(file public.files) returns void
language plpgsql
set search_path = ''
as $$
begin
  if exists (
    select from public.files as f
    where f.agent_id = file.agent_id and f.run_id is not distinct from file.run_id
      and (starts_with(file.path, f.path || '/') or starts_with(f.path, file.path || '/'))
  ) then
    perform app.refuse(409, 'file_conflict', 'A part of this path is a file, or it has files below.');
  end if;
end;
$$;
revoke execute on function app.refuse_clash from public, anon, authenticated, service_role;

-- What was put into Storage for this file, and for no other. It must have arrived long before it
-- could be taken for garbage.
create function app.check_object(file public.files) returns void
language plpgsql
set search_path = ''
as $$
begin
  perform from app.file_objects as o
  where o.id = file.object_id and o.owner_id = file.owner_id and o.bytes = file.bytes
    and o.dropped_at is null and o.created_at > now() - interval '30 minutes'
    and not exists (select from public.files as f where f.object_id = o.id)
  for update;
  if not found then
    perform app.refuse(400, 'invalid_request', 'No such object was announced.');
  end if;
end;
$$;
revoke execute on function app.check_object from public, anon, authenticated, service_role;

-- Creates or replaces a file. expected is the SHA-256 of what it must hold now, or '' where there
-- must be none; whoever adds to a file that they have read is told so if it has changed.
create function app.write_file(file public.files, expected text, max_bytes bigint, max_files int)
returns public.files
language plpgsql
set search_path = ''
as $$
declare
  found_id uuid;
  found_hash text;
begin
  perform app.take_turn('files', file.owner_id);
  select f.id, f.sha256 into found_id, found_hash from public.files as f
  where f.agent_id = file.agent_id and f.run_id is not distinct from file.run_id
    and f.path = file.path;
  if expected <> coalesce(found_hash, '') then
    perform app.refuse(412, 'file_changed', 'The file is not any more what it was.');
  end if;
  if file.bytes > (select settings.max_file_bytes from app.settings) then
    perform app.refuse(413, 'body_too_large', 'The file is larger than files may be.');
  end if;
  file.id := coalesce(found_id, app.uuid7());
  if found_id is null then
    perform app.refuse_clash(file);
  end if;
  perform app.refuse_over_room(file, max_bytes, max_files);
  if file.object_id is not null then
    perform app.check_object(file);
  end if;
  insert into public.files
    (id, owner_id, agent_id, run_id, path, bytes, type, sha256, content, object_id)
  values (file.id, file.owner_id, file.agent_id, file.run_id, file.path, file.bytes, file.type,
    file.sha256, file.content, file.object_id)
  on conflict (id) do update set bytes = excluded.bytes, type = excluded.type,
    sha256 = excluded.sha256, content = excluded.content, object_id = excluded.object_id,
    modified_at = clock_timestamp()
  returning * into file;
  return file;
end;
$$;
revoke execute on function app.write_file from public, anon, authenticated, service_role;

create function app.file_entry(file public.files) returns jsonb
language plpgsql stable
set search_path = ''
as $$
begin
  return jsonb_build_object('path', file.path, 'bytes', file.bytes, 'type', file.type,
    'sha256', file.sha256, 'modified_at', file.modified_at);
end;
$$;
revoke execute on function app.file_entry from public, anon, authenticated, service_role;
grant execute on function app.file_entry to authenticated;

-- A file as the server sends it: its content is here, or object_id says where it lies.
create function app.new_file(
  path text, bytes int, type text, sha256 text, content text, object_id uuid
) returns public.files
language plpgsql immutable
set search_path = ''
as $$
declare
  file public.files;
begin
  file.path := new_file.path;
  file.type := new_file.type;
  file.content := decode(new_file.content, 'base64');
  file.object_id := new_file.object_id;
  file.bytes := coalesce(octet_length(file.content), new_file.bytes);
  file.sha256 := case when file.content is null then new_file.sha256
    else encode(sha256(file.content), 'hex') end;
  return file;
end;
$$;
revoke execute on function app.new_file from public, anon, authenticated, service_role;
