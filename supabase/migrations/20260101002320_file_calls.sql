-- How users reach the files of their agents: they read and remove as what they are, and write
-- through the server, which has looked at the content and says what it is. Content crosses in
-- base64.

-- The caller's agent to put files in, kept from being deleted until they are there.
create function app.agent_to_fill(caller uuid, key_id uuid, name text) returns public.agents
language plpgsql
set search_path = ''
as $$
declare
  agent public.agents;
  known uuid := app.agent_of_key(agent_to_fill.key_id);
begin
  perform app.require(agent_to_fill.caller, agent_to_fill.key_id, 'agents:write');
  select a.* into agent from public.agents as a
  where a.owner_id = agent_to_fill.caller and a.name = agent_to_fill.name
    and (known is null or a.id = known)
  for share;
  if not found then
    perform app.refuse(404, 'not_found', 'There is no such agent.');
  end if;
  perform app.refuse_quarantined(agent);
  return agent;
end;
$$;
revoke execute on function app.agent_to_fill from public, anon, authenticated, service_role;

create function public.put_file(
  caller uuid, agent_name text, path text, type text, bytes int default null,
  sha256 text default null, content text default null, object_id uuid default null,
  expected text default null, key_id uuid default null
) returns jsonb
language plpgsql security definer
set search_path = ''
as $$
declare
  agent public.agents := app.agent_to_fill(put_file.caller, put_file.key_id, put_file.agent_name);
  file public.files := app.new_file(put_file.path, put_file.bytes, put_file.type, put_file.sha256,
    put_file.content, put_file.object_id);
begin
  file.owner_id := agent.owner_id;
  file.agent_id := agent.id;
  file := app.write_file(file, put_file.expected, null, null);
  perform app.audit('file.written', 'file', file.id::text, jsonb_build_object(
      'agent', agent.name, 'agent_id', agent.id, 'path', file.path, 'bytes', file.bytes,
      'sha256', file.sha256),
    put_file.caller, put_file.key_id);
  return app.file_entry(file);
end;
$$;
comment on function public.put_file is
  'Creates or replaces a file of the caller''s agent, whose content the server has looked at. '
  'Errors: forbidden, not_found, agent_quarantined, file_changed, file_conflict, body_too_large, '
  'workspace_full, invalid_request.';
revoke execute on function public.put_file from public, anon, authenticated, service_role;
grant execute on function public.put_file to service_role;

create function public.read_file(agent_name text, path text) returns setof jsonb
language sql stable rows 1
set search_path = ''
as $$
  select app.file_entry(f) || jsonb_build_object(
    'content', translate(encode(f.content, 'base64'), E'\n', ''), 'object_id', f.object_id)
  from public.agents as a
  join public.files as f on f.agent_id = a.id and f.run_id is null
  where a.owner_id = (select auth.uid()) and a.name = read_file.agent_name
    and f.path = read_file.path;
$$;
comment on function public.read_file is
  'A file of the caller''s agent with its content. No row where the caller sees none.';
revoke execute on function public.read_file from public, anon, authenticated, service_role;
grant execute on function public.read_file to authenticated;

create function app.remove_file(agent_name text, path text) returns void
language plpgsql security definer
set search_path = ''
as $$
declare
  agent public.agents := app.own_agent(remove_file.agent_name);
  file public.files;
begin
  delete from public.files as f
  where f.agent_id = agent.id and f.run_id is null and f.path = remove_file.path
  returning f.* into file;
  if not found then
    perform app.refuse(404, 'not_found', 'There is no such file.');
  end if;
  perform app.audit('file.removed', 'file', file.id::text, jsonb_build_object(
    'agent', agent.name, 'agent_id', agent.id, 'path', file.path, 'sha256', file.sha256));
end;
$$;
revoke execute on function app.remove_file from public, anon, authenticated, service_role;
grant execute on function app.remove_file to authenticated;

create function public.remove_file(agent_name text, path text) returns void
language sql
set search_path = ''
as $$
  select app.remove_file(remove_file.agent_name, remove_file.path);
$$;
comment on function public.remove_file is
  'Removes a file of the caller''s agent. Errors: forbidden, not_found, agent_quarantined, held.';
revoke execute on function public.remove_file from public, anon, authenticated, service_role;
grant execute on function public.remove_file to authenticated;
