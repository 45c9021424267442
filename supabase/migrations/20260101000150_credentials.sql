-- What speaks for a user beside their own session, and what silences either: API keys and
-- quarantines. Tables only: access is decided from them in the next chapter, and what changes
-- them comes when there are agents and runs.

-- What a key may be allowed: every permission but the one to make keys.
create function app.key_scopes() returns text[]
language sql immutable
set search_path = ''
as $$
  select array['agents:read', 'agents:write', 'agents:execute', 'agents:stream', 'runs:cancel',
    'secrets:manage', 'audit:read', 'metrics:read', 'admin'];
$$;
revoke execute on function app.key_scopes from public, anon, authenticated, service_role;

create table public.api_keys (
  id uuid primary key default app.uuid7(),
  owner_id uuid not null references auth.users (id) on delete cascade,
  name text not null check (length(name) between 1 and 100 and name !~ '[[:cntrl:]]'),
  public_id text not null unique check (public_id ~ '^[0-9A-Za-z]{16}$'),
  scopes text[] not null,
  agent_id uuid,
  created_at timestamptz not null default now(),
  expires_at timestamptz,
  revoked_at timestamptz,
  last_used_at timestamptz,
  replaces uuid,
  constraint api_keys_scopes_are_permissions check (
    cardinality(scopes) >= 1 and scopes <@ app.key_scopes()
  ),
  constraint api_keys_of_one_agent_see_no_more check (
    agent_id is null or not scopes && array['audit:read', 'metrics:read', 'admin']
  )
);
comment on table public.api_keys is
  'A key that speaks for its owner, with no more than its scopes and no more than its owner may: '
  'no key manages keys. With agent_id it knows that agent only, and so neither audits, measures '
  'nor administers. replaces is the key it was rotated from, a record. last_used_at is true to the '
  'minute.';

create index api_keys_owner_id_idx on public.api_keys (owner_id, id desc);
create index api_keys_agent_id_idx on public.api_keys (agent_id) where agent_id is not null;
revoke all on table public.api_keys from public, anon, authenticated, service_role;

create table app.api_key_secrets (
  key_id uuid primary key references public.api_keys (id) on delete cascade,
  secret_hash bytea not null check (octet_length(secret_hash) = 32),
  lifetime interval
);
comment on table app.api_key_secrets is
  'The SHA-256 of a key''s secret, beside the key so that no reader of keys ever holds it, and how '
  'long the key was made to live: a rotated one gets as long again.';
revoke all on table app.api_key_secrets from public, anon, authenticated, service_role;

create table public.quarantines (
  id uuid primary key default app.uuid7(),
  kind text not null check (kind in ('agent', 'key', 'user', 'everything')),
  target uuid,
  reason text not null check (length(reason) between 1 and 2000),
  previous_state text check (previous_state in ('active', 'archived')),
  created_by uuid,
  created_at timestamptz not null default clock_timestamp(),
  released_by uuid,
  released_at timestamptz,
  note text check (length(note) <= 2000),
  constraint quarantines_everything_has_no_target check ((kind = 'everything') = (target is null)),
  constraint quarantines_agent_has_a_state check ((kind = 'agent') = (previous_state is not null))
);
comment on table public.quarantines is
  'What an administrator has stopped, and why. It holds until released_at. Ids are records: who is '
  'gone stays written. previous_state is what an agent goes back to.';

create unique index quarantines_active_idx on public.quarantines (kind, target)
nulls not distinct where released_at is null;
revoke all on table public.quarantines from public, anon, authenticated, service_role;
