-- What tool calls may spend: so many of a run, so much of an agent's or a user's day. What a call may
-- take at the most is taken before it begins, and what it did not spend is given back when it ends.

create table app.tool_budgets (
  scope text not null check (scope in ('run', 'agent', 'user')),
  subject uuid not null,
  what text not null check (what ~ '^[a-z][a-z0-9_]{0,63}$'),
  day date not null,
  spent bigint not null default 0 check (spent >= 0),
  primary key (scope, subject, what, day)
) with (fillfactor = 70);
comment on table app.tool_budgets is
  'What calls took of a budget: one run''s, whose day says nothing, or for a day (UTC) that of all '
  'runs of an agent or a user. A run''s go when it ends.';
create index tool_budgets_day_idx on app.tool_budgets (day);
revoke all on table app.tool_budgets from public, anon, authenticated, service_role;

create type app.amount as (scope text, subject uuid, what text, day date, amount bigint, most bigint);

-- Amounts as a function sends them, each budget once, in the order in which everybody locks them.
-- Where two say how much there may be, the lower counts.
create function app.read_amounts(call public.tool_calls, amounts text) returns app.amount[]
language plpgsql stable
set search_path = ''
as $$
declare
  given jsonb := coalesce(read_amounts.amounts::jsonb, '[]');
begin
  if jsonb_typeof(given) <> 'array' or jsonb_array_length(given) > 20 or exists (
    select from jsonb_to_recordset(given) as a (scope text, what text, amount numeric, most numeric)
    where a.scope is null or a.scope not in ('run', 'agent', 'user')
      or coalesce(a.what, '') !~ '^[a-z][a-z0-9_]{0,63}$'
      or a.amount is null or a.amount not between 0 and 9007199254740991
      or a.most not between 0 and 9007199254740991
  ) then
    perform app.refuse(400, 'invalid_request',
      'Amounts are a list of at most 20, each with scope, what and amount.');
  end if;
  return array(
    select row(a.scope,
      case a.scope when 'run' then call.run_id when 'agent' then call.agent_id
        else call.owner_id end,
      a.what, case a.scope when 'run' then date '1970-01-01' else app.today() end,
      max(ceil(a.amount))::bigint, min(floor(a.most))::bigint)::app.amount
    from jsonb_to_recordset(given) as a (scope text, what text, amount numeric, most numeric)
    group by a.scope, a.what
    order by a.scope, a.what
  );
end;
$$;
revoke execute on function app.read_amounts from public, anon, authenticated, service_role;

-- Adds to what was taken of a budget, which perhaps nobody took of before.
create function app.spend(budget app.amount, amount bigint) returns void
language plpgsql
set search_path = ''
as $$
begin
  insert into app.tool_budgets as b (scope, subject, what, day, spent)
  values (budget.scope, budget.subject, budget.what, budget.day, greatest(spend.amount, 0))
  on conflict on constraint tool_budgets_pkey
  do update set spent = greatest(b.spent + spend.amount, 0);
end;
$$;
revoke execute on function app.spend from public, anon, authenticated, service_role;

-- What was taken of a budget, locked.
create function app.lock_budget(budget app.amount) returns bigint
language plpgsql
set search_path = ''
as $$
declare
  spent bigint;
begin
  loop
    select b.spent into spent from app.tool_budgets as b
    where b.scope = budget.scope and b.subject = budget.subject and b.what = budget.what
      and b.day = budget.day
    for update;
    exit when found;
    insert into app.tool_budgets (scope, subject, what, day)
    values (budget.scope, budget.subject, budget.what, budget.day)
    on conflict on constraint tool_budgets_pkey do nothing;
  end loop;
  return spent;
end;
$$;
revoke execute on function app.lock_budget from public, anon, authenticated, service_role;

-- Takes all amounts or none: each budget is locked before it is read. What says no amount that there
-- may be at the most has none. Answers the budget that has no room, or null where all have.
create function app.reserve(amounts app.amount[]) returns jsonb
language plpgsql
set search_path = ''
as $$
declare
  budget app.amount;
  taken bigint;
begin
  foreach budget in array reserve.amounts loop
    taken := app.lock_budget(budget);
    if taken + budget.amount > coalesce(budget.most, 0) then
      return jsonb_build_object('scope', budget.scope, 'what', budget.what,
        'amount', budget.amount, 'spent', taken, 'most', greatest(budget.most, 0));
    end if;
  end loop;
  foreach budget in array reserve.amounts loop
    perform app.spend(budget, budget.amount);
  end loop;
  return null;
end;
$$;
revoke execute on function app.reserve from public, anon, authenticated, service_role;

-- Sets right what a call took of budgets: more or less than it reserved, of those that are named.
create function app.correct(call public.tool_calls, spent text) returns void
language plpgsql
set search_path = ''
as $$
declare
  budget app.amount;
  reserved record;
begin
  foreach budget in array app.read_amounts(call, correct.spent) loop
    select r.amount, r.day into reserved
    from jsonb_to_recordset(call.reserved) as r (scope text, what text, amount bigint, day date)
    where r.scope = budget.scope and r.what = budget.what;
    budget.day := coalesce(reserved.day, budget.day);
    perform app.spend(budget, budget.amount - coalesce(reserved.amount, 0));
  end loop;
end;
$$;
revoke execute on function app.correct from public, anon, authenticated, service_role;
