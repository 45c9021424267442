-- On whose request a statement runs. The functions tell it in a header that they sign with a key
-- of this database; a caller of the Data API may send the same header, but cannot sign it. So
-- what is written down as an address is what the functions saw, or nothing.

create table app.context_key (
  only_row boolean primary key default true check (only_row),
  key bytea not null check (octet_length(key) = 32)
);
comment on table app.context_key is
  'What the functions sign the context of a request with. Made here, and different everywhere.';
revoke all on table app.context_key from public, anon, authenticated, service_role;
insert into app.context_key (key)
select sha256(string_agg(uuid_send(gen_random_uuid()), '')) from generate_series(1, 4);

create function public.context_key() returns text
language sql stable security definer
set search_path = ''
as $$
  select encode(key, 'hex') from app.context_key;
$$;
comment on function public.context_key is
  'The key, in hex, that the functions sign x-cloister-context with.';
revoke execute on function public.context_key from public, anon, authenticated, service_role;
grant execute on function public.context_key to service_role;

-- What the header x-cloister-context says, or null where its mark is missing or wrong. Not the
-- marks are compared but their hashes, so that how long it takes says nothing about the mark.
create function app.signed_context(header text) returns json
language plpgsql stable
set search_path = ''
as $$
declare
  said text := split_part(header, '.', 1);
  mark text;
begin
  if header is null or length(header) > 8192 then
    return null;
  end if;
  select encode(sha256(k.key || sha256(k.key || convert_to(said, 'UTF8'))), 'hex') into mark
  from app.context_key as k;
  if sha256(convert_to(said || '.' || mark, 'UTF8')) <> sha256(convert_to(header, 'UTF8')) then
    return null;
  end if;
  return convert_from(
    decode(rpad(translate(said, '-_', '+/'), (length(said) + 3) / 4 * 4, '='), 'base64'), 'UTF8');
end;
$$;
revoke execute on function app.signed_context from public, anon, authenticated, service_role;

-- The request that this statement belongs to. via is 'api' where one of our functions says so,
-- 'direct' where somebody calls the Data API, and 'sql' where there is no request at all. Of a
-- direct call only the user agent is known, which anybody may choose.
create function app.request_context(
  out request_id text, out address text, out user_agent text, out via text
)
language plpgsql stable
set search_path = ''
as $$
declare
  headers json := nullif(current_setting('request.headers', true), '');
  said json;
begin
  via := 'sql';
  if headers is null then
    return;
  end if;
  said := app.signed_context(headers ->> 'x-cloister-context');
  if said is null then
    via := 'direct';
    user_agent := left(headers ->> 'user-agent', 512);
    return;
  end if;
  via := 'api';
  request_id := left(said ->> 'request_id', 200);
  address := left(said ->> 'address', 64);
  user_agent := left(said ->> 'user_agent', 512);
end;
$$;
revoke execute on function app.request_context from public, anon, authenticated, service_role;
