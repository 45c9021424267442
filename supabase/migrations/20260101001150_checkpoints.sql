-- Checkpoints: places of the audit log, signed with the project's key. The end of each month is one,
-- and once a day the end of the log. What lies before a signed one may expire: whoever checks the
-- chain later goes on from its hash. And a log that was written anew, head and all, does not have the
-- hashes that were signed.
--
-- The database cannot sign. Who can, asks for what is unsigned and brings the signature: a compact JWS
-- of {issuer, seq, hash, at, entries}, as evidence is sealed. Nothing of the log expires without.

create table public.audit_checkpoints (
  seq bigint primary key check (seq >= 1),
  hash text not null check (hash ~ '^[0-9a-f]{64}$'),
  at timestamptz(3) not null,
  entries bigint not null check (entries >= 1),
  made_at timestamptz not null default clock_timestamp(),
  signature text check (length(signature) <= 4096),
  kid text check (length(kid) between 1 and 200),
  signed_at timestamptz,
  expired_at timestamptz,
  constraint audit_checkpoints_signed_by_a_key check (
    (signature is null) = (kid is null) and (signature is null) = (signed_at is null)
  ),
  constraint audit_checkpoints_expired_is_signed check (expired_at is null or signature is not null)
);
comment on table public.audit_checkpoints is
  'Number, hash and time of an entry of the audit log, and how many entries came since the checkpoint '
  'before. signature is a JWS with the project''s key kid. expired_at: the log begins after it.';

create index audit_checkpoints_expired_idx on public.audit_checkpoints (seq desc)
where expired_at is not null;
create index audit_checkpoints_unsigned_idx on public.audit_checkpoints (seq)
where signature is null;

-- What was signed stays. A checkpoint is signed once, and the log expires up to it once.
create function app.freeze_checkpoint() returns trigger
language plpgsql
set search_path = ''
as $$
declare
  before public.audit_checkpoints := old;
begin
  if old.signature is null then
    before.signature := new.signature;
    before.kid := new.kid;
    before.signed_at := new.signed_at;
  end if;
  before.expired_at := coalesce(old.expired_at, new.expired_at);
  if before *<> new then
    raise exception using errcode = '42501', message = 'a checkpoint is signed once';
  end if;
  return new;
end;
$$;
revoke execute on function app.freeze_checkpoint from public, anon, authenticated, service_role;

create trigger freeze_checkpoint before update on public.audit_checkpoints
for each row execute function app.freeze_checkpoint();
create trigger refuse_change before delete or truncate on public.audit_checkpoints
for each statement execute function app.refuse_change();

-- Where the log begins: the last entry that has expired, or 0.
create function app.audit_floor(out seq bigint, out hash text)
language plpgsql stable
set search_path = ''
as $$
begin
  select c.seq, c.hash into seq, hash from public.audit_checkpoints as c
  where c.expired_at is not null order by c.seq desc limit 1;
  seq := coalesce(seq, 0);
  hash := coalesce(hash, repeat('0', 64));
end;
$$;
revoke execute on function app.audit_floor from public, anon, authenticated, service_role;

create function app.add_checkpoint(entry public.audit_log) returns void
language plpgsql
set search_path = ''
as $$
begin
  insert into public.audit_checkpoints (seq, hash, at, entries)
  select entry.seq, entry.hash, entry.at, entry.seq - coalesce(max(c.seq), 0)
  from public.audit_checkpoints as c where c.seq < entry.seq
  on conflict on constraint audit_checkpoints_pkey do nothing;
end;
$$;
revoke execute on function app.add_checkpoint from public, anon, authenticated, service_role;

-- Makes the checkpoints that are due. A month has ended once a later entry is there: none comes in
-- before that any more.
create function app.make_checkpoints() returns void
language plpgsql
set search_path = ''
as $$
declare
  head app.audit_head;
  month date;
begin
  select h.* into head from app.audit_head as h;
  for month in select m from app.months_of('audit_log') as m order by m loop
    exit when (month + interval '1 month')::timestamp at time zone 'UTC' > head.at;
    perform app.add_checkpoint(last) from (
      select l.* from public.audit_log as l
      where l.at >= month::timestamp at time zone 'UTC'
        and l.at < (month + interval '1 month')::timestamp at time zone 'UTC'
      order by l.seq desc limit 1
    ) as last;
  end loop;
  if not exists (
    select from public.audit_checkpoints as c
    where c.seq = head.seq
      or (c.at > head.at - interval '1 day' and c.made_at > now() - interval '1 day')
  ) then
    perform app.add_checkpoint(l) from public.audit_log as l
    where l.seq = head.seq and l.at = head.at;
  end if;
end;
$$;
revoke execute on function app.make_checkpoints from public, anon, authenticated, service_role;

create function public.next_checkpoint() returns jsonb
language plpgsql security definer
set search_path = ''
as $$
begin
  if app.try_turn('checkpoints') then
    perform app.make_checkpoints();
  end if;
  return (
    select jsonb_build_object('seq', c.seq, 'hash', c.hash, 'entries', c.entries,
      'at', to_char(c.at at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"'))
    from public.audit_checkpoints as c where c.signature is null order by c.seq limit 1
  );
end;
$$;
comment on function public.next_checkpoint is
  'The oldest checkpoint of the audit log that nobody has signed, {seq, hash, at, entries}, or null. '
  'Makes those that are due.';
revoke execute on function public.next_checkpoint from public, anon, authenticated, service_role;
grant execute on function public.next_checkpoint to service_role;

create function public.sign_checkpoint(seq bigint, hash text, signature text, kid text)
returns boolean
language plpgsql security definer
set search_path = ''
as $$
begin
  if coalesce(sign_checkpoint.signature, '') !~ '^[A-Za-z0-9_-]+\.[A-Za-z0-9_-]+\.[A-Za-z0-9_-]+$'
    or length(sign_checkpoint.signature) > 4096 or coalesce(length(sign_checkpoint.kid), 0) not between 1 and 200 then
    perform app.refuse(400, 'invalid_request', 'A signature is a compact JWS, and has a kid.');
  end if;
  update public.audit_checkpoints as c set signature = sign_checkpoint.signature,
    kid = sign_checkpoint.kid, signed_at = clock_timestamp()
  where c.seq = sign_checkpoint.seq and c.hash = sign_checkpoint.hash and c.signature is null;
  return found;
end;
$$;
comment on function public.sign_checkpoint is
  'Keeps the signature of a checkpoint. False if there is none of this number and hash, or it is '
  'signed already. Errors: invalid_request.';
revoke execute on function public.sign_checkpoint from public, anon, authenticated, service_role;
grant execute on function public.sign_checkpoint to service_role;

revoke all on table public.audit_checkpoints from public, anon, authenticated, service_role;
grant select on table public.audit_checkpoints to authenticated;

alter table public.audit_checkpoints enable row level security;

create policy "who may audit sees checkpoints"
on public.audit_checkpoints for select to authenticated
using ((select app.can('audit:read')));
