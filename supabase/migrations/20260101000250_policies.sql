-- What agents' code may reach for. A version carries a policy, the operator has a ceiling of the same
-- shape, and here is decided when one policy grants no more than another: then nobody is asked again.

-- Whether a value, which stands under a key, grants no more than another. Whatever is not known to
-- grant less is compared for being the same. Lists hold what any policy may list, and no more.
create function app.value_within(key text, narrow jsonb, wide jsonb) returns boolean
language plpgsql immutable
set search_path = ''
as $$
declare
  kind text := jsonb_typeof(narrow);
begin
  if narrow = wide then
    return true;
  elsif kind <> jsonb_typeof(wide) then
    return false;
  elsif kind = 'number' then
    return value_within.key like 'max\_%' and narrow < wide;
  elsif kind = 'string' then
    return coalesce((value_within.key, narrow, wide) in (
      ('approval', '"required"'::jsonb, '"none"'::jsonb), ('access', '"read"', '"write"')), false);
  elsif kind = 'object' then
    -- Only what is put into a request may be left out: without it the request says less. A secret
    -- that is no object is a key of one's own, without which the operator's would be spent.
    return not exists (
      select from jsonb_object_keys(narrow || wide) as k
      where case when narrow -> k is null then k <> 'secret' or jsonb_typeof(wide -> k) <> 'object'
        when wide -> k is null then true
        else not app.value_within(k, narrow -> k, wide -> k) end);
  elsif kind = 'array' then
    return jsonb_array_length(narrow) <= 100 and jsonb_array_length(wide) <= 100 and not exists (
      select from jsonb_array_elements(narrow) as n
      where case jsonb_typeof(n) when 'array' then true when 'object' then not exists (
          select from jsonb_array_elements(wide) as w where app.value_within(null, n, w))
        else not wide @> jsonb_build_array(n) end);
  end if;
  return false;
end;
$$;
revoke execute on function app.value_within from public, anon, authenticated, service_role;

-- Whether a policy grants no more than another: every grant lies within the other's. Lower limits and
-- how long a person is waited for grant nothing.
create function app.policy_within(narrow jsonb, wide jsonb) returns boolean
language plpgsql immutable
set search_path = ''
as $$
begin
  return coalesce(jsonb_typeof(narrow) = 'object' and jsonb_typeof(wide) = 'object'
    and not exists (
      select from jsonb_each(narrow - 'limits' - 'approval_seconds') as granted
      where wide -> granted.key is null
        or not app.value_within(granted.key, granted.value, wide -> granted.key)), false);
end;
$$;
revoke execute on function app.policy_within from public, anon, authenticated, service_role;

-- Names a policy: the SHA-256, in hex, of its text as Postgres writes jsonb.
create function app.policy_text_hash(policy jsonb) returns text
language plpgsql immutable
set search_path = ''
as $$
begin
  return encode(sha256(convert_to(policy_text_hash.policy::text, 'UTF8')), 'hex');
end;
$$;
revoke execute on function app.policy_text_hash from public, anon, authenticated, service_role;

-- No policy grants more than this, whoever wrote or approved it. Models cost the operator's money and
-- email carries their name, so that both stay shut until somebody opens them.
alter table app.settings add column tool_ceiling jsonb not null
constraint settings_ceiling_is_a_policy check (
  jsonb_typeof(tool_ceiling) = 'object' and octet_length(tool_ceiling::text) <= 49152
)
default '{
  "fetch": {
    "rules": [{"host": "**", "port": 443, "paths": ["/**"],
      "methods": ["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE"]}],
    "max_calls": 1000, "max_bytes": 268435456, "approval": "none"},
  "files": {"access": "write", "max_bytes": 268435456, "max_files": 5000, "approval": "none"},
  "shell": {
    "commands": ["awk", "base64", "basename", "cat", "column", "comm", "cp", "cut", "date",
      "diff", "dirname", "du", "echo", "egrep", "expand", "expr", "false", "fgrep", "find",
      "fold", "grep", "head", "join", "jq", "ls", "mkdir", "mv", "nl", "od", "paste",
      "printf", "rev", "rm", "rmdir", "sed", "seq", "sha256sum", "sort", "split",
      "stat", "strings", "tac", "tail", "tee", "touch", "tr", "tree", "true", "unexpand", "uniq",
      "wc"],
    "max_ms": 10000, "approval": "none"},
  "search": {"max_calls": 200, "max_results": 50, "approval": "none"},
  "github": {"repositories": ["*/*"], "max_calls": 1000, "approval": "none"},
  "approval_seconds": 600
}';

create function app.tool_ceiling() returns jsonb
language plpgsql stable security definer
set search_path = ''
as $$
begin
  perform app.require('admin');
  return (select s.tool_ceiling from app.settings as s);
end;
$$;
revoke execute on function app.tool_ceiling from public, anon, authenticated, service_role;
grant execute on function app.tool_ceiling to authenticated;

create function public.tool_ceiling() returns jsonb
language sql stable
set search_path = ''
as $$
  select app.tool_ceiling();
$$;
comment on function public.tool_ceiling is
  'What no policy can exceed, for administrators. Errors: forbidden.';
revoke execute on function public.tool_ceiling from public, anon, authenticated, service_role;
grant execute on function public.tool_ceiling to authenticated;

create function app.set_tool_ceiling(policy text) returns jsonb
language plpgsql security definer
set search_path = ''
as $$
declare
  given jsonb;
begin
  perform app.require('admin');
  given := set_tool_ceiling.policy::jsonb;
  if jsonb_typeof(given) is distinct from 'object' or octet_length(given::text) > 49152 then
    perform app.refuse(400, 'invalid_request', 'A ceiling is an object of at most 48 KiB.');
  end if;
  update app.settings as s set tool_ceiling = given where s.only_row;
  return given;
end;
$$;
revoke execute on function app.set_tool_ceiling from public, anon, authenticated, service_role;
grant execute on function app.set_tool_ceiling to authenticated;

create function public.set_tool_ceiling(policy text) returns jsonb
language sql
set search_path = ''
as $$
  select app.set_tool_ceiling(set_tool_ceiling.policy);
$$;
comment on function public.set_tool_ceiling is
  'Says what no policy can exceed, for administrators; it counts from the next tool call on. One that '
  'is not as the API writes it grants nothing. Errors: forbidden, invalid_request.';
revoke execute on function public.set_tool_ceiling from public, anon, authenticated, service_role;
grant execute on function public.set_tool_ceiling to authenticated;
