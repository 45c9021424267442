-- Who the users are and what role each has, for administrators; and the one thing that they cannot
-- do: leave nobody who could undo it.

create function app.is_quarantined(kind text, target uuid) returns boolean
language plpgsql stable
set search_path = ''
as $$
begin
  return exists (
    select from public.quarantines as q
    where q.kind = is_quarantined.kind and q.target is not distinct from is_quarantined.target
      and q.released_at is null
  );
end;
$$;
revoke execute on function app.is_quarantined from public, anon, authenticated, service_role;

-- Refuses what leaves no administrator who can act. All who take one away wait for each other, so
-- that two cannot both count the other one. To ban or soft-delete the last one in auth.users, by SQL
-- or the dashboard, is not refused: that table is Auth's, and a trigger of ours on it could keep
-- everybody from signing in. An operator who did that lifts the ban in the same way.
create function app.refuse_no_admin() returns void
language plpgsql
set search_path = ''
as $$
begin
  perform app.take_turn('admins');
  if not exists (
    select from app.user_roles as r
    where r.role = 'admin' and app.role_of(r.user_id) is not null
      and not app.is_quarantined('user', r.user_id)
  ) then
    perform app.refuse(409, 'last_admin', 'There would be no administrator left.');
  end if;
end;
$$;
revoke execute on function app.refuse_no_admin from public, anon, authenticated, service_role;

create function app.keep_an_admin() returns trigger
language plpgsql security definer
set search_path = ''
as $$
begin
  perform app.refuse_no_admin();
  return null;
end;
$$;
revoke execute on function app.keep_an_admin from public, anon, authenticated, service_role;

-- Never deferred: no turn may be taken at commit, after the audit log has taken its last one. Who
-- swaps two administrators adds the one first.
create constraint trigger keep_an_admin_removed after delete on app.user_roles
not deferrable
for each row when (old.role = 'admin') execute function app.keep_an_admin();

create constraint trigger keep_an_admin_changed after update on app.user_roles
not deferrable
for each row when (old.role = 'admin' and (new.role <> 'admin' or new.user_id <> old.user_id))
execute function app.keep_an_admin();

create function app.keep_an_admin_free() returns trigger
language plpgsql security definer
set search_path = ''
as $$
begin
  if exists (
    select from app.user_roles as r where r.user_id = new.target and r.role = 'admin'
  ) then
    perform app.refuse_no_admin();
  end if;
  return null;
end;
$$;
revoke execute on function app.keep_an_admin_free from public, anon, authenticated, service_role;

create constraint trigger keep_an_admin_free after insert or update on public.quarantines
not deferrable
for each row when (new.kind = 'user' and new.released_at is null)
execute function app.keep_an_admin_free();

-- What an administrator sees of users, sorted by id. Anonymous ones may do nothing and are not
-- among them; the role of one who is banned is what it will be afterwards.
create function app.users_from(
  only_user uuid, role_filter text, after uuid, max int,
  out id uuid, out email text, out role text, out assigned boolean,
  out quarantined_at timestamptz, out created_at timestamptz
) returns setof record
language sql stable
set search_path = ''
as $$
  select u.id, u.email::text, coalesce(r.role, s.default_role)::text, r.user_id is not null,
    q.created_at, u.created_at
  from auth.users as u
  cross join app.settings as s
  left join app.user_roles as r on r.user_id = u.id
  left join public.quarantines as q
    on q.kind = 'user' and q.target = u.id and q.released_at is null
  where (users_from.only_user is null or u.id = users_from.only_user)
    and (users_from.after is null or u.id > users_from.after)
    and (users_from.role_filter is null or coalesce(r.role, s.default_role) = users_from.role_filter)
    and coalesce(to_jsonb(u) ->> 'is_anonymous', 'false') = 'false'
  order by u.id
  limit least(greatest(users_from.max, 1), 1000);
$$;
revoke execute on function app.users_from from public, anon, authenticated, service_role;

create function app.list_users(role_filter text, after uuid, max int)
returns table (
  id uuid, email text, role text, assigned boolean, quarantined_at timestamptz,
  created_at timestamptz
)
language plpgsql stable security definer
set search_path = ''
as $$
begin
  perform app.require('admin');
  return query
  select * from app.users_from(null, list_users.role_filter, list_users.after, list_users.max);
end;
$$;
revoke execute on function app.list_users from public, anon, authenticated, service_role;
grant execute on function app.list_users to authenticated;

create function public.list_users(
  role_filter text default null, after uuid default null, max int default 100
) returns table (
  id uuid, email text, role text, assigned boolean, quarantined_at timestamptz,
  created_at timestamptz
)
language sql stable
set search_path = ''
as $$
  select * from app.list_users(list_users.role_filter, list_users.after, list_users.max);
$$;
comment on function public.list_users is
  'Users by id, for administrators: those after one, at most so many (up to 1000). assigned says '
  'whether the role was given or is the default. Errors: forbidden.';
revoke execute on function public.list_users from public, anon, authenticated, service_role;
grant execute on function public.list_users to authenticated;

create function app.find_user(user_id uuid)
returns table (
  id uuid, email text, role text, assigned boolean, quarantined_at timestamptz,
  created_at timestamptz
)
language plpgsql stable security definer rows 1
set search_path = ''
as $$
begin
  perform app.require('admin');
  return query select * from app.users_from(find_user.user_id, null, null, 1)
  where find_user.user_id is not null;
end;
$$;
revoke execute on function app.find_user from public, anon, authenticated, service_role;
grant execute on function app.find_user to authenticated;

create function public.find_user(user_id uuid) returns table (
  id uuid, email text, role text, assigned boolean, quarantined_at timestamptz,
  created_at timestamptz
)
language sql stable rows 1
set search_path = ''
as $$
  select * from app.find_user(find_user.user_id);
$$;
comment on function public.find_user is
  'One user, for administrators, or no row. Errors: forbidden.';
revoke execute on function public.find_user from public, anon, authenticated, service_role;
grant execute on function public.find_user to authenticated;

create function app.set_role(user_id uuid, new_role text)
returns table (
  id uuid, email text, role text, assigned boolean, quarantined_at timestamptz,
  created_at timestamptz
)
language plpgsql security definer rows 1
set search_path = ''
as $$
begin
  perform app.require('admin');
  if set_role.new_role not in ('viewer', 'user', 'streamer', 'admin') then
    perform app.refuse(400, 'invalid_request', 'There is no such role.');
  end if;
  perform from auth.users as u where u.id = set_role.user_id for key share;
  if not found then
    perform app.refuse(404, 'not_found', 'There is no such user.');
  end if;
  if set_role.new_role is null then
    delete from app.user_roles as r where r.user_id = set_role.user_id;
  else
    insert into app.user_roles as r (user_id, role) values (set_role.user_id, set_role.new_role)
    on conflict on constraint user_roles_pkey do update set role = excluded.role
    where r.role <> excluded.role;
  end if;
  return query select * from app.users_from(set_role.user_id, null, null, 1);
end;
$$;
revoke execute on function app.set_role from public, anon, authenticated, service_role;
grant execute on function app.set_role to authenticated;

create function public.set_role(user_id uuid, new_role text default null) returns table (
  id uuid, email text, role text, assigned boolean, quarantined_at timestamptz,
  created_at timestamptz
)
language sql rows 1
set search_path = ''
as $$
  select * from app.set_role(set_role.user_id, set_role.new_role);
$$;
comment on function public.set_role is
  'Gives a user a role, or with null the default again, for administrators. Errors: forbidden, '
  'not_found, last_admin, invalid_request.';
revoke execute on function public.set_role from public, anon, authenticated, service_role;
grant execute on function public.set_role to authenticated;

-- Who it is that a trusted issuer calls so: by one of our own ids, or by what Auth has linked.
create function public.find_identity_user(value text, issuer_provider text default null) returns uuid
language plpgsql stable security definer
set search_path = ''
as $$
declare
  user_id uuid;
begin
  if find_identity_user.issuer_provider is null then
    user_id := app.to_uuid(find_identity_user.value);
  elsif to_regclass('auth.identities') is not null then
    select i.user_id into user_id from auth.identities as i
    where i.provider = find_identity_user.issuer_provider
      and i.provider_id = find_identity_user.value;
  end if;
  return case when app.role_of(user_id) is not null then user_id end;
end;
$$;
comment on function public.find_identity_user is
  'The user whom an issuer means: by their id where no provider is named, else by the identity that '
  'the provider has linked. Null where there is none who may do anything.';
revoke execute on function public.find_identity_user from public, anon, authenticated, service_role;
grant execute on function public.find_identity_user to service_role;
