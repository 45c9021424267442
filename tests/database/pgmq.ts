/**
 * What the queue calls of pgmq (Supabase Queues), with its documented signatures, tables and meaning, for
 * servers that do not have it: https://github.com/pgmq/pgmq/blob/main/docs/api/sql/functions.md
 */
export const PGMQ = `
  create schema pgmq;
  create function pgmq.create(queue_name text) returns void language plpgsql as $$
  begin
    execute format('create table pgmq.%I (
      msg_id bigint primary key generated always as identity, read_ct int not null default 0,
      enqueued_at timestamptz not null default now(), vt timestamptz not null, message jsonb)',
      'q_' || queue_name);
  end $$;
  create function pgmq.send(queue_name text, msg jsonb, delay integer) returns setof bigint
  language plpgsql as $$
  begin
    return query execute format('insert into pgmq.%I (vt, message)
      values (clock_timestamp() + make_interval(secs => $2), $1) returning msg_id',
      'q_' || queue_name) using msg, delay;
  end $$;
  create function pgmq.set_vt(queue_name text, msg_id bigint, vt integer) returns setof bigint
  language plpgsql as $$
  begin
    return query execute format('update pgmq.%I as q
      set vt = clock_timestamp() + make_interval(secs => $2) where q.msg_id = $1 returning q.msg_id',
      'q_' || queue_name) using msg_id, vt;
  end $$;
  create function pgmq.delete(queue_name text, msg_id bigint) returns boolean
  language plpgsql as $$
  declare
    gone bigint;
  begin
    execute format('delete from pgmq.%I as q where q.msg_id = $1 returning q.msg_id',
      'q_' || queue_name) into gone using msg_id;
    return gone is not null;
  end $$;
`;
