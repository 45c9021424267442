-- Evidence: what an incident leaves behind, collected by an admin with the admin's own rights and
-- kept with the signature of the function that asked. It is kept in sections, each the text of one
-- JSON array, so that its bytes can be hashed and signed. Long, because each section says its own rows.

create table public.evidence (
  id uuid primary key default app.uuid7(),
  kind text not null check (kind in ('agent', 'key', 'user', 'everything')),
  target uuid,
  reason text not null check (length(reason) between 1 and 2000),
  since timestamptz not null,
  until timestamptz not null,
  manifest text not null check (octet_length(manifest) <= 1048576),
  signature text not null check (octet_length(signature) <= 1048576),
  sections text not null check (octet_length(sections) <= 50331648),
  created_by uuid not null,
  created_at timestamptz not null default clock_timestamp(),
  constraint evidence_everything_has_no_target check ((kind = 'everything') = (target is null)),
  constraint evidence_has_a_stretch check (since < until)
);
comment on table public.evidence is
  'Bundles of evidence, as they were signed. Nobody changes or removes one. created_by is a record.';

create trigger refuse_change before update or delete or truncate on public.evidence
for each statement execute function app.refuse_change();

create function app.audit_evidence() returns trigger
language plpgsql security definer
set search_path = ''
as $$
begin
  perform app.audit('evidence.collected', 'evidence', new.id::text, jsonb_build_object(
      'kind', new.kind, 'target', new.target, 'reason', left(new.reason, 500), 'since', new.since,
      'until', new.until,
      'manifest_hash', encode(sha256(convert_to(new.manifest, 'UTF8')), 'hex')),
    new.created_by);
  return null;
end;
$$;
revoke execute on function app.audit_evidence from public, anon, authenticated, service_role;

create trigger audit_evidence after insert on public.evidence
for each row execute function app.audit_evidence();

-- The agents that an incident is about: one, a user's, the one a key knows or those it has run.
create function app.agents_of(kind text, target uuid) returns setof uuid
language plpgsql stable
set search_path = ''
as $$
begin
  return query
  select a.id from public.agents as a
  where agents_of.kind = 'everything'
    or (agents_of.kind = 'agent' and a.id = agents_of.target)
    or (agents_of.kind = 'user' and a.owner_id = agents_of.target)
    or (agents_of.kind = 'key' and (
      a.id = (select k.agent_id from public.api_keys as k where k.id = agents_of.target)
      or a.id in (select r.agent_id from public.runs as r where r.key_id = agents_of.target)));
end;
$$;
revoke execute on function app.agents_of from public, anon, authenticated, service_role;

create function app.runs_of(kind text, target uuid, since timestamptz, until timestamptz)
returns setof uuid
language plpgsql stable
set search_path = ''
as $$
begin
  return query
  select r.id from public.runs as r
  where r.id >= app.uuid7_floor(runs_of.since) and r.id < app.uuid7_floor(runs_of.until)
    and case runs_of.kind when 'agent' then r.agent_id = runs_of.target
      when 'user' then r.owner_id = runs_of.target
      when 'key' then r.key_id = runs_of.target else true end;
end;
$$;
revoke execute on function app.runs_of from public, anon, authenticated, service_role;

-- Of the audit log, what names the target, its owner's agents or its runs; of everything, a stretch
-- without a gap.
create function app.entries_of(kind text, target uuid, since timestamptz, until timestamptz)
returns setof bigint
language plpgsql stable
set search_path = ''
as $$
begin
  return query
  select l.seq from public.audit_log as l
  where l.at >= since and l.at < until and (kind = 'everything'
    or l.resource_id = target::text or l.actor_id = target or l.key_id = target
    or target::text in (l.details ->> 'target', l.details ->> 'agent_id')
    or l.resource_id in (select app.agents_of(kind, target)::text)
    or l.resource_id in (select app.runs_of(kind, target, since, until)::text)
    or (l.resource_type = 'version'
      and l.details ->> 'agent_id' in (select app.agents_of(kind, target)::text)));
end;
$$;
revoke execute on function app.entries_of from public, anon, authenticated, service_role;

-- A value of a program's as it is, or, where it is so long that others would find no room, its size
-- and hash: nobody escapes by being large.
create function app.brief(value json) returns json
language plpgsql immutable
set search_path = ''
as $$
begin
  return case when value is null or octet_length(value::text) <= 65536 then value
    else json_build_object('left_out_bytes', octet_length(value::text),
      'sha256', encode(sha256(convert_to(value::text, 'UTF8')), 'hex')) end;
end;
$$;
revoke execute on function app.brief from public, anon, authenticated, service_role;

-- The versions that a stretch of time is about: those that ran in it, or were written or published.
create function app.versions_of(kind text, target uuid, since timestamptz, until timestamptz)
returns setof uuid
language plpgsql stable
set search_path = ''
as $$
begin
  return query
  select v.id from public.agent_versions as v
  where v.agent_id in (select app.agents_of(versions_of.kind, versions_of.target)) and (
    (v.created_at >= versions_of.since and v.created_at < versions_of.until)
    or (v.published_at >= versions_of.since and v.published_at < versions_of.until)
    or v.id in (
      select r.version_id from public.runs as r
      where r.id in (select app.runs_of(versions_of.kind, versions_of.target, versions_of.since,
        versions_of.until))));
end;
$$;
revoke execute on function app.versions_of from public, anon, authenticated, service_role;

-- The rows of one section, as JSON, one after the other: there may be more of them than fit into
-- memory. What happened is bounded by time, and so are versions: those that the stretch is about.
-- Prepared programs and seals are left out: the source says what they are.
create function app.open_section(
  section text, kind text, target uuid, since timestamptz, until timestamptz
) returns refcursor
language plpgsql stable
set search_path = ''
as $$
declare
  rows refcursor;
begin
  case section
  when 'agents' then open rows for
    select to_json(a) from public.agents as a
    where a.id in (select app.agents_of(kind, target)) order by a.id;
  when 'agent_versions' then open rows for
    select to_json(v) from (
      select v.id, v.agent_id, v.owner_id, v.version, v.source, v.source_hash, v.language,
        v.input_schema, app.brief(v.findings) as findings, v.policy, v.policy_hash, v.approval,
        v.created_at, v.published_at, v.approved_at, v.approved_by
      from public.agent_versions as v
      where v.id in (select app.versions_of(kind, target, since, until)) order by v.id) as v;
  when 'runs' then open rows for
    select to_json(r) from (
      select r.id, r.owner_id, r.agent_id, r.agent_name, r.version_id, r.version, r.status,
        app.brief(r.input) as input, app.brief(r.output) as output, app.brief(r.error) as error,
        r.engine, r.layers, r.limits, r.usage, r.request_id, r.key_id, r.created_at, r.started_at,
        r.ended_at, r.heartbeat_at, r.deadline_at, r.cancel_requested_at, r.policy_hash,
        r.recording, r.attempt, r.trigger, r.trigger_id, r.queued_at
      from public.runs as r
      where r.id in (select app.runs_of(kind, target, since, until)) order by r.id) as r;
  when 'run_events' then open rows for
    select to_json(e) from (
      select e.run_id, e.seq, e.type, e.at, app.brief(e.data) as data, e.owner_id
      from public.run_events as e
      where e.run_id in (select app.runs_of(kind, target, since, until))
      order by e.run_id, e.seq) as e;
  when 'tool_calls' then open rows for
    select to_json(c) from public.tool_calls as c
    where c.run_id in (select app.runs_of(kind, open_section.target, since, until))
    order by c.run_id, c.seq;
  when 'audit_log' then open rows for
    select to_json(l) from public.audit_log as l
    where l.seq in (select app.entries_of(kind, target, since, until)) order by l.seq;
  when 'audit_head' then open rows for
    select json_build_object('seq', h.seq, 'hash', h.hash) from app.audit_head as h;
  when 'audit_checkpoints' then open rows for
    select to_json(c) from public.audit_checkpoints as c
    where c.signature is not null and (c.seq = (select f.seq from app.audit_floor() as f)
      or (c.at >= since and c.at < until)) order by c.seq;
  when 'security_events' then open rows for
    select to_json(e) from public.security_events as e
    where e.at >= since and e.at < until
      and (kind = 'everything' or target in (e.user_id, e.key_id)) order by e.id;
  when 'quarantines' then open rows for
    select to_json(q) from public.quarantines as q
    where 'everything' in (open_section.kind, q.kind) or q.target = open_section.target
    order by q.id;
  when 'api_keys' then open rows for
    select to_json(k) from public.api_keys as k
    where kind = 'everything' or target in (k.id, k.owner_id, k.agent_id) order by k.id;
  end case;
  return rows;
end;
$$;
revoke execute on function app.open_section from public, anon, authenticated, service_role;

-- A section as the text of a JSON array, or a refusal as soon as it has more bytes than there is room.
create function app.read_section(rows refcursor, room int) returns text
language plpgsql stable
set search_path = ''
as $$
declare
  line text;
  lines text[] := '{}';
  left_over int := room;
begin
  loop
    fetch rows into line;
    exit when not found;
    left_over := left_over - octet_length(line) - 1;
    if left_over < 0 then
      perform app.refuse(413, 'evidence_too_large',
        'This is more than 16 MiB. Collect a shorter stretch of time, or one agent.');
    end if;
    lines := array_append(lines, line);
  end loop;
  close rows;
  return '[' || array_to_string(lines, ',') || ']';
end;
$$;
revoke execute on function app.read_section from public, anon, authenticated, service_role;

create function app.collect_evidence(kind text, target uuid, since timestamptz, until timestamptz)
returns json
language plpgsql stable security definer
set search_path = ''
as $$
declare
  names text[] := array['agents', 'agent_versions', 'runs', 'run_events', 'tool_calls', 'audit_log',
    'audit_head', 'audit_checkpoints', 'security_events', 'quarantines', 'api_keys'];
  texts text[] := '{}';
  room int := 16777216;
begin
  perform app.require('admin');
  if kind is null or kind not in ('agent', 'key', 'user', 'everything')
    or (kind = 'everything') <> (target is null) or since is null or until is null
    or since >= until then
    perform app.refuse(400, 'invalid_request',
      'kind is agent, key, user or everything, which alone has no target; since comes before until.');
  end if;
  for place in 1..cardinality(names) loop
    texts[place] := app.read_section(
      app.open_section(names[place], kind, target, since, until), room);
    room := room - octet_length(texts[place]);
  end loop;
  return (
    select json_object_agg(name, text) from unnest(names, texts) as section (name, text)
  );
end;
$$;
revoke execute on function app.collect_evidence from public, anon, authenticated, service_role;
grant execute on function app.collect_evidence to authenticated;

create function public.collect_evidence(
  kind text, since timestamptz, until timestamptz, target uuid default null
) returns json
language sql stable
set search_path = ''
as $$
  select app.collect_evidence(collect_evidence.kind, collect_evidence.target,
    collect_evidence.since, collect_evidence.until);
$$;
comment on function public.collect_evidence is
  'What there is about an agent, a key, a user or everything, from since up to until: for each '
  'section the text of a JSON array. No secret is in it. Errors: forbidden, invalid_request, '
  'evidence_too_large.';
revoke execute on function public.collect_evidence from public, anon, authenticated, service_role;
grant execute on function public.collect_evidence to authenticated;

create function public.keep_evidence(
  evidence_id uuid, kind text, reason text, since timestamptz, until timestamptz,
  manifest text, signature text, sections text, created_by uuid, target uuid default null
) returns setof public.evidence
language plpgsql security definer rows 1
set search_path = ''
as $$
begin
  return query
  insert into public.evidence as e
    (id, kind, target, reason, since, until, manifest, signature, sections, created_by)
  values (evidence_id, keep_evidence.kind, keep_evidence.target, keep_evidence.reason,
    keep_evidence.since, keep_evidence.until, keep_evidence.manifest, keep_evidence.signature,
    keep_evidence.sections, keep_evidence.created_by)
  returning e.*;
end;
$$;
comment on function public.keep_evidence is
  'Keeps a signed bundle for the admin who asked for it, for ever.';
revoke execute on function public.keep_evidence from public, anon, authenticated, service_role;
grant execute on function public.keep_evidence to service_role;

revoke all on table public.evidence from public, anon, authenticated, service_role;
grant select on table public.evidence to authenticated;

alter table public.evidence enable row level security;

create policy "admins see evidence"
on public.evidence for select to authenticated
using ((select app.can('admin')));
