-- The ground that every later chapter stands on: a schema that REST does not see,
-- a default that exposes nothing, ids that sort by time, one way to refuse, and one
-- way to wait one's turn.

create schema app;
comment on schema app is 'What policies and the API call. Not exposed over REST.';
revoke all on schema app from public;
grant usage on schema app to authenticated;

-- What a later migration forgets to grant stays closed. The last line has no schema,
-- because Postgres lets only the schemaless form take the execute right that every new
-- function gives to everybody.
alter default privileges in schema public
revoke all on tables from anon, authenticated, service_role;
alter default privileges in schema public
revoke all on sequences from anon, authenticated, service_role;
alter default privileges in schema public
revoke all on functions from anon, authenticated, service_role;
alter default privileges revoke execute on functions from public;

-- The lowest UUIDv7 of an instant: the border between two ranges of time.
create function app.uuid7_floor(at timestamptz) returns uuid
language sql immutable parallel safe
set search_path = ''
as $$
  select (lpad(to_hex(floor(extract(epoch from uuid7_floor.at) * 1000)::bigint), 12, '0')
    || repeat('0', 20))::uuid;
$$;
revoke execute on function app.uuid7_floor from public, anon, authenticated, service_role;

-- A UUIDv7 (RFC 9562, method 3), which Postgres has only from 18 on: milliseconds, then the
-- fraction of the millisecond, then the variant and randomness of a v4. Ids made later sort later.
-- In plpgsql, which keeps its plan: it is the default of nearly every table's id.
create function app.uuid7() returns uuid
language plpgsql volatile parallel safe
set search_path = ''
as $$
declare
  micros bigint := extract(epoch from clock_timestamp()) * 1000000;
begin
  return lpad(to_hex(micros / 1000), 12, '0')
    || '7' || lpad(to_hex(micros % 1000 * 4096 / 1000), 3, '0')
    || right(replace(gen_random_uuid()::text, '-', ''), 16);
end;
$$;
revoke execute on function app.uuid7 from public, anon, authenticated, service_role;

-- What a text says that came from outside, or null where that is no id.
create function app.to_uuid(said text) returns uuid
language plpgsql immutable parallel safe
set search_path = ''
as $$
begin
  return case when to_uuid.said ~ '^[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}$'
    then to_uuid.said::uuid end;
end;
$$;
revoke execute on function app.to_uuid from public, anon, authenticated, service_role;

-- Refuses a call. PostgREST turns PTnnn into HTTP status nnn; the code is for programs, the
-- sentence for people. It never names what the caller may not see.
create function app.refuse(status int, code text, sentence text) returns void
language plpgsql
set search_path = ''
as $$
begin
  raise exception using
    errcode = 'PT' || refuse.status,
    message = refuse.code,
    detail = refuse.sentence;
end;
$$;
revoke execute on function app.refuse from public, anon, authenticated, service_role;

-- Waits until no other transaction counts the same things (of the same user, where one is named),
-- so that what is counted is still true when the row is written.
create function app.take_turn(topic text, user_id uuid default null) returns void
language plpgsql
set search_path = ''
as $$
begin
  perform pg_advisory_xact_lock(
    hashtextextended(concat_ws('.', 'cloister', take_turn.topic, take_turn.user_id), 0));
end;
$$;
revoke execute on function app.take_turn from public, anon, authenticated, service_role;

-- Waits only for who takes the turn, not for others who share it.
create function app.share_turn(topic text) returns void
language plpgsql
set search_path = ''
as $$
begin
  perform pg_advisory_xact_lock_shared(
    hashtextextended(concat_ws('.', 'cloister', share_turn.topic), 0));
end;
$$;
revoke execute on function app.share_turn from public, anon, authenticated, service_role;
