-- Rate limits where there is no Redis. Windows slide as those of @upstash/ratelimit do: what was
-- taken in this window, and of the one before it the share that still reaches into now. The tables
-- are unlogged: a crash forgets them, and nothing else suffers.

create unlogged table app.rate_windows (
  bucket text primary key check (length(bucket) between 1 and 200),
  window_s int not null,
  number bigint not null,
  taken int not null default 0,
  taken_before int not null default 0,
  ends_at timestamptz not null
) with (fillfactor = 50);
comment on table app.rate_windows is
  'What was taken from a bucket in the window of that number since 1970, and in the one before it.';
create index rate_windows_ends_at_idx on app.rate_windows (ends_at);
revoke all on table app.rate_windows from public, anon, authenticated, service_role;

-- Locks a bucket until the transaction ends, and makes it if need be.
create function app.lock_bucket(bucket text, window_s int) returns void
language plpgsql
set search_path = ''
as $$
begin
  loop
    perform from app.rate_windows as w where w.bucket = lock_bucket.bucket for update;
    exit when found;
    insert into app.rate_windows (bucket, window_s, number, ends_at)
    values (lock_bucket.bucket, lock_bucket.window_s, 0, 'epoch')
    on conflict on constraint rate_windows_pkey do nothing;
  end loop;
end;
$$;
revoke execute on function app.lock_bucket from public, anon, authenticated, service_role;

create type app.charge as (
  place int, bucket text, quota int, window_s int, cost int, address text
);

create function app.read_charges(charges text) returns app.charge[]
language plpgsql
set search_path = ''
as $$
declare
  given app.charge[] := array(
    select row(place, c.bucket, c.quota, c.window_s, coalesce(c.cost, 1), c.address)::app.charge
    from rows from (jsonb_to_recordset(charges::jsonb)
      as (bucket text, quota int, window_s int, cost int, address text)) with ordinality
      as c (bucket, quota, window_s, cost, address, place)
    order by place
  );
begin
  if cardinality(given) not between 1 and 20 or exists (
    select from unnest(given) as c
    where coalesce(length(c.bucket), 0) not between 1 and 200
      or coalesce(c.quota, -1) not between 0 and 1000000
      or coalesce(c.window_s, 0) not between 1 and 86400 or c.cost not between 0 and 1000
      or length(c.address) not between 1 and 64
  ) or (select count(distinct c.bucket) from unnest(given) as c) < cardinality(given) then
    perform app.refuse(400, 'invalid_request',
      'Charges are 1 to 20 different buckets with quota, window_s, perhaps cost and address.');
  end if;
  return given;
end;
$$;
revoke execute on function app.read_charges from public, anon, authenticated, service_role;

-- What of each charge's quota is spent at a moment, and when its window ends.
create function app.spent(charges app.charge[], now_ms bigint)
returns table (charge app.charge, number bigint, taken int, taken_before int, spent int, ends_ms bigint)
language plpgsql stable
set search_path = ''
as $$
begin
  return query
  select c, at.number, now_.taken, now_.taken_before,
    now_.taken + floor(now_.taken_before
      * (1 - (spent.now_ms % at.window_ms)::float8 / at.window_ms))::int,
    (at.number + 1) * at.window_ms
  from unnest(charges) as c
  join app.rate_windows as w on w.bucket = c.bucket
  cross join lateral (
    select c.window_s * 1000::bigint as window_ms, spent.now_ms / (c.window_s * 1000) as number
  ) as at
  cross join lateral (
    select case when w.window_s = c.window_s and w.number = at.number then w.taken else 0 end
        as taken,
      case when w.window_s <> c.window_s then 0 when w.number = at.number then w.taken_before
        when w.number = at.number - 1 then w.taken else 0 end as taken_before
  ) as now_;
end;
$$;
revoke execute on function app.spent from public, anon, authenticated, service_role;

-- Many takes in one call, each of them all or none: one after the other, as if each came alone.
create function app.take_in_turn(takes jsonb) returns json
language plpgsql
set search_path = ''
as $$
declare
  bucket record;
  take jsonb;
  answers json[] := '{}';
begin
  if jsonb_array_length(takes) > 500 then
    perform app.refuse(400, 'invalid_request', 'One call takes at most 500 times.');
  end if;
  -- In one order for everybody, so that nobody waits in a circle.
  for bucket in
    select c.bucket as name, min(c.window_s) as window_s
    from jsonb_array_elements(takes) as t (take), unnest(app.read_charges(t.take::text)) as c
    group by c.bucket order by c.bucket
  loop
    perform app.lock_bucket(bucket.name, bucket.window_s);
  end loop;
  for take in select t.take from jsonb_array_elements(takes) as t (take) loop
    answers := array_append(answers, public.take_tokens(take::text));
  end loop;
  return array_to_json(answers);
end;
$$;
revoke execute on function app.take_in_turn from public, anon, authenticated, service_role;

create function public.take_tokens(charges text) returns json
language plpgsql security definer
-- Who has waited that long for somebody else's transaction has nobody who waits for them.
set search_path = '' set lock_timeout = '2s'
as $$
declare
  asked app.charge[];
  bucket record;
  now_ms bigint;
  fits boolean;
  answer json;
begin
  if jsonb_typeof(charges::jsonb -> 0) = 'array' then
    return app.take_in_turn(charges::jsonb);
  end if;
  asked := app.read_charges(charges);
  for bucket in select c.bucket as name, c.window_s from unnest(asked) as c order by c.bucket loop
    perform app.lock_bucket(bucket.name, bucket.window_s);
  end loop;
  now_ms := floor(extract(epoch from clock_timestamp()) * 1000);
  select bool_and(s.spent + (s.charge).cost <= (s.charge).quota),
    json_agg(json_build_object(
      'success', s.spent + greatest((s.charge).cost, 1) <= (s.charge).quota,
      'remaining', greatest((s.charge).quota - s.spent, 0),
      'reset_ms', s.ends_ms - now_ms,
      'blocked_until', (select b.blocked_until from app.blocks as b
        where b.address = (s.charge).address and b.blocked_until > clock_timestamp())) order by (s.charge).place)
  into fits, answer from app.spent(asked, now_ms) as s;
  if fits then
    update app.rate_windows as w set window_s = (s.charge).window_s, number = s.number,
      taken = s.taken + (s.charge).cost, taken_before = s.taken_before,
      ends_at = to_timestamp(s.ends_ms / 1000.0) + make_interval(secs => (s.charge).window_s)
    from app.spent(asked, now_ms) as s where w.bucket = (s.charge).bucket and (s.charge).cost > 0;
    select json_agg(json_build_object('success', c.charge -> 'success',
      'remaining', greatest(0, (c.charge ->> 'remaining')::int - asked[c.place].cost),
      'reset_ms', c.charge -> 'reset_ms', 'blocked_until', c.charge -> 'blocked_until')
      order by c.place)
    into answer from json_array_elements(answer) with ordinality as c (charge, place);
  end if;
  if random() < 0.001 then
    perform app.forget_limits();
  end if;
  return answer;
end;
$$;
comment on function public.take_tokens is
  'Takes what each charge costs (1 if it does not say), from all buckets or from none. For each, in '
  'the order given: {success, remaining, reset_ms, blocked_until}, where reset_ms is how long the '
  'current window lasts, and blocked_until how long the charge''s address is blocked, if it names '
  'one that is. A cost of 0 only looks. A list of such lists is as many takes, at most 500, and '
  'answers a list of answers. Errors: invalid_request.';
revoke execute on function public.take_tokens from public, anon, authenticated, service_role;
grant execute on function public.take_tokens to service_role;
