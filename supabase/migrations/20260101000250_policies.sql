-- What agents' code may reach for. A version carries a policy, the operator has a ceiling of the same
-- shape, and here is decided when one policy grants no more than another: then nobody is asked again.

-- Whether this can be a policy: an object of the grants that there are, no deeper than the deepest of
-- them, fetch.rules[0].methods[0]. What is in the grants only the functions know; what is not as they
-- write it grants nothing. Asked before anything is compared.
create function app.is_policy(policy jsonb) returns boolean
language plpgsql immutable
set search_path = ''
as $$
begin
  if jsonb_typeof(is_policy.policy) is distinct from 'object'
    or octet_length(is_policy.policy::text) > 49152 then
    return false;
  end if;
  return is_policy.policy - array['fetch', 'files', 'shell', 'llm', 'search', 'github', 'email',
      'limits', 'approval_seconds'] = '{}'
    and not jsonb_path_exists(is_policy.policy, 'strict $.**{6}');
end;
$$;
revoke execute on function app.is_policy from public, anon, authenticated, service_role;

-- Whether a list of texts holds no other than another list. Both are as long as a rule's may be.
create function app.list_within(narrow jsonb, wide jsonb) returns boolean
language plpgsql immutable
set search_path = ''
as $$
begin
  return narrow is not distinct from wide or coalesce(
    case when jsonb_typeof(narrow) = 'array' and jsonb_typeof(wide) = 'array' then
      jsonb_array_length(narrow) <= 50 and jsonb_array_length(wide) <= 50 and wide @> narrow
      and not jsonb_path_exists(narrow, 'strict $[*] ? (@.type() != "string")') end, false);
end;
$$;
revoke execute on function app.list_within from public, anon, authenticated, service_role;

-- Whether a rule grants no more than another: the same with fewer methods and paths. A secret may be
-- left out, too: without it the request says less. Nothing is compared deeper, so that what somebody
-- makes up costs no more to compare than what is meant.
create function app.rule_within(narrow jsonb, wide jsonb) returns boolean
language plpgsql immutable
set search_path = ''
as $$
begin
  if jsonb_typeof(narrow) <> 'object' or jsonb_typeof(wide) <> 'object' then
    return false;
  end if;
  return narrow - array['methods', 'paths', 'secret'] = wide - array['methods', 'paths', 'secret']
    and (narrow -> 'secret' is null or coalesce(narrow -> 'secret' = wide -> 'secret', false))
    and app.list_within(narrow -> 'methods', wide -> 'methods')
    and app.list_within(narrow -> 'paths', wide -> 'paths');
end;
$$;
revoke execute on function app.rule_within from public, anon, authenticated, service_role;

-- Whether a value, which stands under a key so many keys deep in a grant, grants no more than another.
-- Whatever is not known to grant less is compared for being the same. Lists hold what those of any
-- policy may, and no more.
create function app.value_within(key text, narrow jsonb, wide jsonb, depth int) returns boolean
language plpgsql immutable
set search_path = ''
as $$
declare
  kind text := jsonb_typeof(narrow);
  longest int := greatest(case kind when 'array' then jsonb_array_length(narrow) end,
    case jsonb_typeof(wide) when 'array' then jsonb_array_length(wide) end);
begin
  if narrow = wide then
    return true;
  elsif kind <> jsonb_typeof(wide) or depth > 4 then
    return false;
  elsif kind = 'number' then
    return value_within.key like 'max\_%' and narrow < wide;
  elsif kind = 'string' then
    return coalesce((value_within.key, narrow, wide) in (
      ('approval', '"required"'::jsonb, '"none"'::jsonb), ('access', '"read"', '"write"')), false);
  elsif kind = 'object' then
    return not exists (
      select from jsonb_object_keys(narrow || wide) as k
      where narrow -> k is null or wide -> k is null
        or not app.value_within(k, narrow -> k, wide -> k, depth + 1));
  elsif kind = 'array' and value_within.key = 'rules' and depth = 1 then
    return longest <= 50 and not exists (
      select from jsonb_array_elements(narrow) as n
      where not exists (
        select from jsonb_array_elements(wide) as w where app.rule_within(n, w)));
  elsif kind = 'array' then
    return longest <= 100 and not exists (
      select from jsonb_array_elements(narrow) as n
      where jsonb_typeof(n) in ('array', 'object') or not wide @> jsonb_build_array(n));
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
        or not app.value_within(granted.key, granted.value, wide -> granted.key, 0)), false);
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
constraint settings_ceiling_is_a_policy check (app.is_policy(tool_ceiling))
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
  if not app.is_policy(given) then
    perform app.refuse(400, 'invalid_request', 'A ceiling is a policy of at most 48 KiB.');
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
