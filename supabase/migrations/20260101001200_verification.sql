-- Whether the audit log is whole. The chain shows what was edited, removed or moved in it. That its
-- end was not cut off, or all of it written anew, shows only who kept number and hash of an earlier
-- entry: each export, alert, checkpoint and bundle of evidence carries them. A long log is checked
-- stretch by stretch: the first entry of each has to link to the one before it, and the first that
-- has not expired to the checkpoint up to which the others have.

-- The first entry of a stretch that does not follow from the one before it, or a null row.
-- linked: it holds the hash of the one before. intact: its own hash is that of its columns.
create function app.broken_link(
  since_seq bigint, until_seq bigint, before_hash text,
  out entry public.audit_log, out before_seq bigint, out linked boolean, out intact boolean
)
language plpgsql stable
set search_path = ''
as $$
declare
  link record;
begin
  select * into link
  from (
    select l as entry, lag(l.seq, 1, since_seq - 1) over by_seq as before_seq,
      l.prev_hash = lag(l.hash, 1, broken_link.before_hash) over by_seq as linked,
      l.hash = app.audit_hash(l) as intact
    from public.audit_log as l where l.seq between since_seq and until_seq
    window by_seq as (order by l.seq)
  ) as each
  where (each.entry).seq <> each.before_seq + 1 or not each.linked or not each.intact
  limit 1;
  entry := link.entry;
  before_seq := link.before_seq;
  linked := link.linked;
  intact := link.intact;
end;
$$;
revoke execute on function app.broken_link from public, anon, authenticated, service_role;

-- What happened to an entry that does not follow from the one before it, and where.
create function app.diagnose_link(
  entry public.audit_log, before_seq bigint, linked boolean, intact boolean, lost bigint,
  out problem text, out at_seq bigint
)
language plpgsql stable
set search_path = ''
as $$
declare
  renumbered public.audit_log := entry;
begin
  problem := 'edited';
  at_seq := entry.seq;
  renumbered.seq := entry.seq + lost;
  if entry.seq <> before_seq + 1 then
    problem := 'missing';
    at_seq := before_seq + 1;
  elsif intact then
    -- It is whole, so the one before it was edited and given a hash that fits.
    at_seq := greatest(before_seq, 1);
  elsif linked then
    return;
  elsif exists (select from public.audit_log as l where l.hash = entry.prev_hash) then
    problem := 'reordered';
  elsif lost > 0 and app.audit_hash(renumbered) = entry.hash then
    -- Something before it was removed, and the rest renumbered to close the gap.
    problem := 'missing';
  end if;
end;
$$;
revoke execute on function app.diagnose_link from public, anon, authenticated, service_role;

-- What is wrong with the end of a log whose links hold, or with what somebody remembers of it. Of
-- entries that have expired only checkpoints remember anything.
create function app.diagnose_end(
  last_seq bigint, last_hash text, head app.audit_head, expected_seq bigint, expected_hash text,
  out problem text, out at_seq bigint
)
language plpgsql stable
set search_path = ''
as $$
begin
  if last_seq < greatest(head.seq, expected_seq) then
    problem := 'truncated';
    at_seq := last_seq + 1;
  elsif expected_seq >= 1 and lower(expected_hash) is distinct from coalesce(
    (select l.hash from public.audit_log as l where l.seq = diagnose_end.expected_seq),
    (select case when f.seq = diagnose_end.expected_seq then f.hash
      when f.seq > diagnose_end.expected_seq then coalesce((
        select c.hash from public.audit_checkpoints as c where c.seq = diagnose_end.expected_seq
      ), lower(expected_hash)) end from app.audit_floor() as f)) then
    problem := 'edited';
    at_seq := expected_seq;
  elsif (head.seq, head.hash) is distinct from (last_seq, last_hash) then
    problem := 'edited';
    at_seq := last_seq;
  end if;
end;
$$;
revoke execute on function app.diagnose_end from public, anon, authenticated, service_role;

-- The first checkpoint of a stretch that the log does not have as it was made, or null.
create function app.broken_checkpoint(since_seq bigint, until_seq bigint) returns bigint
language plpgsql stable
set search_path = ''
as $$
begin
  return (
    select c.seq from public.audit_checkpoints as c
    left join public.audit_log as l on l.seq = c.seq
    where c.seq between since_seq and until_seq and l.hash is distinct from c.hash
    order by c.seq limit 1
  );
end;
$$;
revoke execute on function app.broken_checkpoint from public, anon, authenticated, service_role;

-- What is wrong with a log, where no link of the stretch is broken: it may be that its last entries
-- are gone. That the log ends where the head says is asked of the stretch that reaches its end, and
-- what somebody remembers of any.
create function app.diagnose_stretch(
  since_seq bigint, until_seq bigint, last public.audit_log, expected_seq bigint,
  expected_hash text, out problem text, out at_seq bigint, out checked bigint
)
language plpgsql stable
set search_path = ''
as $$
declare
  head app.audit_head;
  end_seq bigint := coalesce((select max(l.seq) from public.audit_log as l
    where l.seq between since_seq and until_seq), since_seq - 1);
begin
  checked := end_seq - since_seq + 1;
  if end_seq < least(until_seq, last.seq) then
    problem := 'missing';
    at_seq := end_seq + 1;
    return;
  end if;
  select h.* into head from app.audit_head as h;
  if until_seq < last.seq then
    head.seq := last.seq;
    head.hash := last.hash;
  end if;
  select d.problem, d.at_seq into problem, at_seq
  from app.diagnose_end(last.seq, last.hash, head, expected_seq, expected_hash) as d;
  at_seq := coalesce(at_seq, app.broken_checkpoint(
    since_seq, case when until_seq >= last.seq then 9223372036854775807 else until_seq end));
  if problem is null and at_seq is not null then
    problem := case when at_seq > last.seq then 'truncated' else 'edited' end;
    at_seq := least(at_seq, last.seq + 1);
  end if;
end;
$$;
revoke execute on function app.diagnose_stretch from public, anon, authenticated, service_role;

-- Whether there is anything to compare a remembered hash with: the entry, or a checkpoint of it.
create function app.is_remembered(seq bigint) returns boolean
language sql stable
set search_path = ''
as $$
  select exists (select from public.audit_log as l where l.seq = is_remembered.seq)
    or exists (select from public.audit_checkpoints as c where c.seq = is_remembered.seq);
$$;
revoke execute on function app.is_remembered from public, anon, authenticated, service_role;

-- For the operator in SQL. Stable, so that all of it sees one moment while entries are added.
create function app.check_audit_chain(
  since_seq bigint default 1, expected_seq bigint default null, expected_hash text default null,
  until_seq bigint default null
) returns json
language plpgsql stable
set search_path = ''
as $$
declare
  floor record := app.audit_floor();
  before_hash text := floor.hash;
  last public.audit_log;
  broken record;
  found_there record;
begin
  select l.* into last from public.audit_log as l order by l.seq desc limit 1;
  last.seq := coalesce(last.seq, floor.seq);
  last.hash := coalesce(last.hash, floor.hash);
  since_seq := greatest(since_seq, floor.seq + 1);
  until_seq := coalesce(until_seq, greatest(last.seq, since_seq));
  if since_seq > floor.seq + 1 then
    before_hash := (select l.hash from public.audit_log as l where l.seq = since_seq - 1);
  end if;
  broken := app.broken_link(since_seq, until_seq, before_hash);
  if before_hash is null then
    select case when last.seq < since_seq - 1 then 'truncated' else 'missing' end as problem,
      least(last.seq + 1, since_seq - 1) as at_seq, 0::bigint as checked into found_there;
  elsif (broken.entry).seq is not null then
    select d.problem, d.at_seq, broken.before_seq - since_seq + 1 as checked into found_there
    from app.diagnose_link(broken.entry, broken.before_seq, broken.linked, broken.intact,
      (select h.seq - last.seq from app.audit_head as h)) as d;
  else
    found_there := app.diagnose_stretch(
      since_seq, until_seq, last, expected_seq, expected_hash);
  end if;
  return json_build_object(
    'ok', found_there.problem is null, 'checked', found_there.checked,
    'since_seq', since_seq, 'until_seq', since_seq + found_there.checked - 1,
    'head_seq', last.seq, 'head_hash', last.hash,
    'problem', found_there.problem, 'at_seq', found_there.at_seq,
    'compared', app.is_remembered(expected_seq),
    'checkpoint', (
      select json_build_object('seq', c.seq, 'hash', c.hash, 'entries', c.entries, 'at', c.at,
        'signature', c.signature)
      from public.audit_checkpoints as c where c.seq = floor.seq));
end;
$$;
revoke execute on function app.check_audit_chain from public, anon, authenticated, service_role;

create function app.verify_audit_chain(
  since_seq bigint, expected_seq bigint, expected_hash text, until_seq bigint
) returns json
language plpgsql stable security definer
set search_path = ''
as $$
begin
  perform app.require('audit:read');
  if since_seq is null or since_seq < 1 or until_seq < since_seq or expected_seq < 0
    or (expected_seq is null) <> (expected_hash is null) then
    perform app.refuse(400, 'invalid_request',
      'since_seq is 1 or more, until_seq no less; expected_seq and expected_hash come together.');
  end if;
  return app.check_audit_chain(since_seq, expected_seq, expected_hash, until_seq);
end;
$$;
revoke execute on function app.verify_audit_chain from public, anon, authenticated, service_role;
grant execute on function app.verify_audit_chain to authenticated;

create function public.verify_audit_chain(
  since_seq bigint default 1, expected_seq bigint default null, expected_hash text default null,
  until_seq bigint default null
) returns json
language sql stable
set search_path = ''
as $$
  select app.verify_audit_chain(verify_audit_chain.since_seq, verify_audit_chain.expected_seq,
    verify_audit_chain.expected_hash, verify_audit_chain.until_seq);
$$;
comment on function public.verify_audit_chain is
  'Checks the audit log from an entry on, up to the end or to another: {ok, checked, since_seq, '
  'until_seq, head_seq, head_hash, problem, at_seq, compared, checkpoint}. problem is edited, missing, '
  'reordered or truncated, at_seq where; until_seq is the last entry found whole; checkpoint is the '
  'signed one that the log begins after, if any of it has expired. With the number and hash of '
  'an earlier head, a log that was cut off or written anew is found too; compared is whether there '
  'was anything to compare them with: an entry that expired is known where a checkpoint is of it. '
  'Errors: forbidden, '
  'mfa_required, session_revoked, invalid_request.';
revoke execute on function public.verify_audit_chain from public, anon, authenticated, service_role;
grant execute on function public.verify_audit_chain to authenticated;

-- What an admin did that changed no row: the functions note it, and the admin's own rights decide.
-- Numbers are integers, so that the hash of the entry can be computed by programs that know doubles.
create function app.audit_note(
  action text, resource_type text, resource_id text, details jsonb
) returns void
language plpgsql security definer
set search_path = ''
as $$
begin
  if coalesce(audit_note.action, '')
    not in ('block.lifted', 'audit.exported', 'evidence.downloaded', 'secrets.rotated')
    or coalesce(resource_type, '') !~ '^[a-z_]{1,40}$' or length(resource_id) > 200
    or coalesce(jsonb_typeof(details), 'null') <> 'object' or octet_length(details::text) > 4096
    or exists (
      select from jsonb_path_query(details, 'strict $.**') as value
      where jsonb_typeof(value) = 'number' and value::text !~ '^-?\d{1,15}$'
    ) then
    perform app.refuse(400, 'invalid_request', 'This cannot be noted in the audit log.');
  end if;
  if audit_note.action = 'audit.exported' then
    perform app.require('audit:read');
  else
    perform app.require('admin');
  end if;
  perform app.audit(audit_note.action, resource_type, resource_id, details);
end;
$$;
revoke execute on function app.audit_note from public, anon, authenticated, service_role;
grant execute on function app.audit_note to authenticated;

create function public.audit_note(
  action text, resource_type text, resource_id text default null, details jsonb default '{}'
) returns void
language sql
set search_path = ''
as $$
  select app.audit_note(audit_note.action, audit_note.resource_type, audit_note.resource_id,
    audit_note.details);
$$;
comment on function public.audit_note is
  'Notes block.lifted, audit.exported, evidence.downloaded or secrets.rotated in the audit log. '
  'Errors: forbidden, invalid_request.';
revoke execute on function public.audit_note from public, anon, authenticated, service_role;
grant execute on function public.audit_note to authenticated;
