-- The owner's word on a call that waits. A person's: what an agent or a key could say to itself would
-- be nobody's word.
create function app.decide_tool_call(call_id uuid, approve boolean)
returns setof public.tool_calls
language plpgsql security definer rows 1
set search_path = ''
as $$
declare
  call public.tool_calls;
begin
  perform app.require('agents:execute');
  perform app.require_person();
  if decide_tool_call.approve is null then
    perform app.refuse(400, 'invalid_request', 'approve is true or false.');
  end if;
  select c.* into call from public.tool_calls as c
  where c.id = decide_tool_call.call_id and c.owner_id = (select auth.uid())
  for update;
  if not found then
    perform app.refuse(404, 'not_found', 'There is no such call.');
  elsif call.verdict <> 'waiting' or call.deadline_at <= clock_timestamp() then
    perform app.refuse(409, 'approval_over', 'Nobody is asked about this call any more.');
  end if;
  return query
  update public.tool_calls as c
  set verdict = case when decide_tool_call.approve then 'approved' else 'refused' end,
    decided_at = clock_timestamp(), decided_by = (select auth.uid()),
    ended_at = case when not decide_tool_call.approve then clock_timestamp() end
  where c.run_id = call.run_id and c.id = call.id returning c.*;
end;
$$;
revoke execute on function app.decide_tool_call from public, anon, authenticated, service_role;
grant execute on function app.decide_tool_call to authenticated;

create function public.decide_tool_call(call_id uuid, approve boolean)
returns setof public.tool_calls
language sql rows 1
set search_path = ''
as $$
  select * from app.decide_tool_call(decide_tool_call.call_id, decide_tool_call.approve);
$$;
comment on function public.decide_tool_call is
  'Says yes or no to a call of the caller''s agent that waits for it. For people: no API key may. '
  'Errors: forbidden, session_revoked, not_found, approval_over, execution_suspended, '
  'user_quarantined, invalid_request.';
revoke execute on function public.decide_tool_call from public, anon, authenticated, service_role;
grant execute on function public.decide_tool_call to authenticated;

create function app.audit_decision() returns trigger
language plpgsql security definer
set search_path = ''
as $$
begin
  perform app.audit('tool_call.' || new.verdict, 'tool_call', new.id::text, jsonb_build_object(
    'run_id', new.run_id, 'agent_id', new.agent_id, 'agent', new.agent_name, 'tool', new.tool,
    'target', left(new.target, 500), 'args_hash', new.args_hash));
  return null;
end;
$$;
revoke execute on function app.audit_decision from public, anon, authenticated, service_role;

create trigger audit_decision after update of verdict on public.tool_calls
for each row when (old.decided_at is null and new.decided_at is not null)
execute function app.audit_decision();
