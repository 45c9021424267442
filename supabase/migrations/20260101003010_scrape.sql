-- What whoever watches is told: everything that was counted, and how it stands at this moment.

-- How it stands with everything at this moment: [{name, labels, value}].
create function app.gauged() returns jsonb
language plpgsql stable
set search_path = ''
as $$
declare
  queue record := app.queue_stats();
begin
  return (
    select jsonb_agg(jsonb_build_object('name', g.name, 'labels', g.labels, 'value', g.value))
    from (
      select 'cloister_runs_running', '{}'::jsonb,
        (select count(*) from public.runs as r where r.status = 'running')::float8
      union all select 'cloister_queue_depth', '{}', queue.depth
      union all select 'cloister_queue_delayed', '{}', queue.delayed
      union all select 'cloister_queue_oldest_age_seconds', '{}',
        coalesce(extract(epoch from clock_timestamp() - queue.oldest_at), 0)
      union all select 'cloister_queue_dead_letters', '{}', (
        select count(*) from app.dead_letters as d where d.replayed_at is null)
      union all select 'cloister_runners_pulling', '{}', (
        select count(*) from public.runners as r
        where r.revoked_at is null and r.last_seen_at > clock_timestamp() - interval '15 seconds')
      union all select 'cloister_quarantines', jsonb_build_object('kind', k.kind), (
        select count(*) from public.quarantines as q
        where q.kind = k.kind and q.released_at is null)
      from unnest(array['agent', 'key', 'user', 'everything']) as k (kind)
      union all select 'cloister_alerts_open', '{}', (
        select count(*) from public.alerts as a where a.acknowledged_at is null)
      union all select 'cloister_alert_deliveries_waiting', '{}', (
        select count(*) from app.alert_deliveries as d
        where d.delivered_at is null and d.gave_up_at is null)
      union all select 'cloister_partitions', jsonb_build_object('table', p.relname), count(*)
      from pg_inherits as i join pg_class as p on p.oid = i.inhparent
      where p.relkind = 'p' and p.relnamespace in ('public'::regnamespace, 'app'::regnamespace)
      group by p.relname
      union all select g.name, '{}', sum(g.value) from app.gauges as g
      where g.at > now() - interval '1 minute' group by g.name
    ) as g (name, labels, value)
  );
end;
$$;
revoke execute on function app.gauged from public, anon, authenticated, service_role;

create function public.collect_metrics() returns jsonb
language sql stable security definer
set search_path = ''
as $$
  select jsonb_build_object('gauged', app.gauged(), 'counted', (
    select coalesce(jsonb_agg(to_jsonb(c) order by c.name, c.labels), '[]')
    from app.counted() as c));
$$;
comment on function public.collect_metrics is
  'All metrics as they are: {counted: [{name, labels, sums}], gauged: [{name, labels, value}]}.';
revoke execute on function public.collect_metrics from public, anon, authenticated, service_role;
grant execute on function public.collect_metrics to service_role;

create function app.read_metrics() returns jsonb
language plpgsql stable security definer
set search_path = ''
as $$
begin
  perform app.require('metrics:read');
  return public.collect_metrics();
end;
$$;
revoke execute on function app.read_metrics from public, anon, authenticated, service_role;
grant execute on function app.read_metrics to authenticated;

create function public.read_metrics() returns jsonb
language sql stable
set search_path = ''
as $$
  select app.read_metrics();
$$;
comment on function public.read_metrics is 'What collect_metrics() answers. Errors: forbidden.';
revoke execute on function public.read_metrics from public, anon, authenticated, service_role;
grant execute on function public.read_metrics to authenticated;

create function public.ping() returns boolean
language sql stable
set search_path = ''
as $$
  select true;
$$;
comment on function public.ping is 'True: that the Data API and the database behind it answer.';
revoke execute on function public.ping from public, anon, authenticated, service_role;
grant execute on function public.ping to service_role;
