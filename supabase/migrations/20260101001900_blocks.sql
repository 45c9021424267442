-- Addresses that do too much wrong are blocked for a while, for longer each time within a day. A
-- block is a judgement about an address and not about a person, so it ends by itself, can be seen
-- and can be lifted.

create unlogged table app.strikes (
  address text,
  rule text,
  times timestamptz[] not null,
  primary key (address, rule)
);
comment on table app.strikes is 'When an address did something wrong lately, by rule.';
revoke all on table app.strikes from public, anon, authenticated, service_role;

create unlogged table app.blocks (
  address text primary key,
  rule text not null,
  offence int not null,
  blocked_at timestamptz not null,
  blocked_until timestamptz not null
);
comment on table app.blocks is
  'Blocks that stand, and those that ended less than a day ago: the next one is longer.';
revoke all on table app.blocks from public, anon, authenticated, service_role;

create function public.find_block(address text) returns json
language sql stable security definer
set search_path = ''
as $$
  select json_build_object('address', b.address, 'rule', b.rule, 'offence', b.offence,
    'blocked_at', b.blocked_at, 'blocked_until', b.blocked_until)
  from app.blocks as b
  where b.address = find_block.address and b.blocked_until > clock_timestamp();
$$;
comment on function public.find_block is
  'The block of an address, as list_blocks() tells of it, or null if none stands.';
revoke execute on function public.find_block from public, anon, authenticated, service_role;
grant execute on function public.find_block to service_role;

-- Adds a strike. Answers true where there are as many within the window as are needed.
create function app.add_strike(
  address text, rule text, threshold int, window_s int, moment timestamptz
) returns boolean
language plpgsql
set search_path = ''
as $$
declare
  recent timestamptz[] := array(
    select time from app.strikes as s, unnest(s.times) as time
    where s.address = add_strike.address and s.rule = add_strike.rule
      and time > moment - make_interval(secs => window_s)
    order by time
  ) || moment;
begin
  if cardinality(recent) >= threshold then
    delete from app.strikes as s where s.address = add_strike.address and s.rule = add_strike.rule;
    return true;
  end if;
  insert into app.strikes (address, rule, times) values (add_strike.address, add_strike.rule, recent)
  on conflict on constraint strikes_pkey do update set times = excluded.times;
  return false;
end;
$$;
revoke execute on function app.add_strike from public, anon, authenticated, service_role;

create function public.strike_address(
  address text, rule text, threshold int, window_s int, durations int[]
) returns json
language plpgsql security definer
set search_path = ''
as $$
declare
  block app.blocks;
  moment timestamptz;
begin
  if coalesce(length(address), 0) not between 1 and 64 or coalesce(length(rule), 0) not between 1 and 64
    or coalesce(threshold, 0) not between 1 and 1000 or coalesce(window_s, 0) not between 1 and 86400
    or coalesce(cardinality(durations), 0) not between 1 and 20 or 0 >= any (durations)
    or array_position(durations, null) is not null then
    perform app.refuse(400, 'invalid_request', 'A strike has an address, a rule and its numbers.');
  end if;
  perform app.take_turn('strikes.' || address);
  moment := clock_timestamp();
  select b.* into block from app.blocks as b where b.address = strike_address.address;
  -- What was under way when the block came counts no more, and made no block.
  if block.blocked_until > moment then
    return json_build_object('blocked_until', block.blocked_until, 'offence', 0);
  end if;
  if not app.add_strike(address, rule, threshold, window_s, moment) then
    return json_build_object('blocked_until', null, 'offence', 0);
  end if;
  block.offence := case when block.blocked_until > moment - interval '1 day'
    then block.offence + 1 else 1 end;
  block.blocked_until := moment + make_interval(
    secs => durations[least(block.offence, cardinality(durations))]);
  insert into app.blocks (address, rule, offence, blocked_at, blocked_until)
  values (strike_address.address, strike_address.rule, block.offence, moment, block.blocked_until)
  on conflict on constraint blocks_pkey do update set rule = excluded.rule,
    offence = excluded.offence, blocked_at = excluded.blocked_at,
    blocked_until = excluded.blocked_until;
  return json_build_object('blocked_until', block.blocked_until, 'offence', block.offence);
end;
$$;
comment on function public.strike_address is
  'Counts that an address did something wrong: at threshold within window_s it is blocked, for '
  'durations[n] seconds at its nth offence within a day. {blocked_until or null, offence}: the '
  'offence is 0 unless this very strike led to the block. Errors: '
  'invalid_request.';
revoke execute on function public.strike_address from public, anon, authenticated, service_role;
grant execute on function public.strike_address to service_role;

create function public.list_blocks() returns json
language sql stable security definer
set search_path = ''
as $$
  select coalesce(json_agg(json_build_object('address', b.address, 'rule', b.rule,
    'offence', b.offence, 'blocked_at', b.blocked_at, 'blocked_until', b.blocked_until)
    order by b.blocked_until desc), '[]')
  from (
    select * from app.blocks where blocked_until > clock_timestamp()
    order by blocked_until desc limit 1000
  ) as b;
$$;
comment on function public.list_blocks is
  'The blocks that stand, at most 1000, the longest first: [{address, rule, offence, blocked_at, '
  'blocked_until}].';
revoke execute on function public.list_blocks from public, anon, authenticated, service_role;
grant execute on function public.list_blocks to service_role;

create function public.lift_block(address text) returns boolean
language plpgsql security definer
set search_path = ''
as $$
declare
  stood boolean;
begin
  perform app.take_turn('strikes.' || address);
  delete from app.strikes as s where s.address = lift_block.address;
  delete from app.blocks as b where b.address = lift_block.address
  returning b.blocked_until > clock_timestamp() into stood;
  return coalesce(stood, false);
end;
$$;
comment on function public.lift_block is
  'Ends a block and forgets what led to it. False where none stood.';
revoke execute on function public.lift_block from public, anon, authenticated, service_role;
grant execute on function public.lift_block to service_role;

-- Waits for nobody, so that whoever takes tokens may call it by chance.
create function app.forget_limits() returns void
language sql
set search_path = ''
as $$
  delete from app.rate_windows where bucket in (
    select bucket from app.rate_windows where ends_at < now() limit 1000 for update skip locked);
  delete from app.strikes where (address, rule) in (
    select address, rule from app.strikes
    where times[cardinality(times)] < now() - interval '1 day' limit 1000 for update skip locked);
  delete from app.blocks where address in (
    select address from app.blocks where blocked_until < now() - interval '1 day'
    limit 1000 for update skip locked);
$$;
revoke execute on function app.forget_limits from public, anon, authenticated, service_role;
