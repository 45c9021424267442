import type { TransactionSql } from "postgres";

/** Every right on a table that somebody beside its owner was granted. */
export const GRANTS: Readonly<Record<string, readonly string[]>> = {
  "public.agents": ["authenticated select", "service_role select"],
  "public.agent_versions": ["authenticated select", "service_role select"],
  "public.runs": ["authenticated select", "service_role select"],
  "public.run_events": ["authenticated select", "service_role select"],
  "public.tool_calls": ["authenticated select"],
  "public.api_keys": ["authenticated select"],
  "public.quarantines": ["authenticated select"],
  "public.secrets": ["authenticated select"],
  "public.files": ["authenticated select"],
  "public.alert_rules": ["authenticated select"],
  "public.alerts": ["authenticated select"],
  "public.audit_log": ["authenticated select"],
  "public.evidence": ["authenticated select"],
  "public.security_events": ["authenticated select"],
};

/** Every function that somebody beside the owner of the schema may execute, and who that is. */
export const FUNCTIONS: Readonly<Record<string, readonly string[]>> = {
  "app.acknowledge_alert(uuid,text)": ["authenticated"],
  "app.audit_note(text,text,text,jsonb)": ["authenticated"],
  "app.collect_evidence(text,uuid,timestamp with time zone,timestamp with time zone)": [
    "authenticated",
  ],
  "app.set_alert_rule(text,integer,integer,boolean,text,text)": ["authenticated"],
  "app.verify_audit_chain(bigint,bigint,text,bigint)": ["authenticated"],
  "public.acknowledge_alert(uuid,text)": ["authenticated"],
  "public.audit_note(text,text,text,jsonb)": ["authenticated"],
  "public.claim_alert_deliveries(integer,integer)": ["service_role"],
  "public.collect_evidence(text,timestamp with time zone,timestamp with time zone,uuid)": [
    "authenticated",
  ],
  "public.context_key()": ["service_role"],
  "public.detect_anomalies()": ["service_role"],
  "public.find_block(text)": ["service_role"],
  "public.keep_evidence(uuid,text,text,timestamp with time zone,timestamp with time zone,text,text,text,uuid,uuid)":
    ["service_role"],
  "public.lift_block(text)": ["service_role"],
  "public.list_blocks()": ["service_role"],
  "public.record_security_events(text)": ["service_role"],
  "public.set_alert_rule(text,integer,integer,boolean,text,text)": ["authenticated"],
  "public.settle_alert_delivery(uuid,boolean,integer,text)": ["service_role"],
  "public.strike_address(text,text,integer,integer,integer[])": ["service_role"],
  "public.take_tokens(text)": ["service_role"],
  "public.verify_audit_chain(bigint,bigint,text,bigint)": ["authenticated"],
  "app.create_secret(uuid,text,text[],text,text,uuid,timestamp with time zone)": ["authenticated"],
  "app.delete_secret(uuid)": ["authenticated"],
  "app.draft_secret(text)": ["authenticated"],
  "app.replace_secret(uuid,integer,text[],text,text,timestamp with time zone)": ["authenticated"],
  "public.create_secret(uuid,text,text[],text,text,uuid,timestamp with time zone)": [
    "authenticated",
  ],
  "public.delete_secret(uuid)": ["authenticated"],
  "public.draft_secret(text)": ["authenticated"],
  "public.list_stale_secrets(text,uuid,integer,boolean)": ["service_role"],
  "public.mark_unopened(uuid,integer,text)": ["service_role"],
  "app.file_entry(files)": ["authenticated"],
  "app.remove_file(text,text)": ["authenticated"],
  "public.announce_object(integer,uuid,uuid,uuid)": ["service_role"],
  "public.claim_garbage(integer)": ["service_role"],
  "public.forget_objects(uuid[])": ["service_role"],
  "public.list_run_files(uuid,text,text,integer)": ["service_role"],
  "public.put_file(uuid,text,text,text,integer,text,text,uuid,text,uuid)": ["service_role"],
  "public.read_file(text,text)": ["authenticated"],
  "public.read_run_files(uuid,text[])": ["service_role"],
  "public.remove_file(text,text)": ["authenticated"],
  "public.remove_run_file(uuid,text)": ["service_role"],
  "public.write_run_files(uuid,jsonb,bigint,integer,text[])": ["service_role"],
  "public.replace_secret(uuid,integer,text[],text,text,timestamp with time zone)": [
    "authenticated",
  ],
  "public.reseal_secret(uuid,integer,text,text,text)": ["service_role"],
  "public.reveal_secret(uuid,uuid,text)": ["service_role"],
  "app.create_key(text,text[],text,text,text,timestamp with time zone)": ["authenticated"],
  "app.find_user(uuid)": ["authenticated"],
  "app.find_program(text,integer)": ["authenticated"],
  "app.key_agent()": ["authenticated"],
  "app.list_users(text,uuid,integer)": ["authenticated"],
  "app.live_key()": ["authenticated"],
  "app.my_access()": ["authenticated"],
  "app.my_usage()": ["authenticated"],
  "app.quarantine(text,uuid,text)": ["authenticated"],
  "app.release_quarantine(uuid,text)": ["authenticated"],
  "app.require_permission(text)": ["authenticated"],
  "app.revoke_key(uuid)": ["authenticated"],
  "app.rotate_key(uuid,text,text,integer)": ["authenticated"],
  "app.set_role(uuid,text)": ["authenticated"],
  "public.authenticate_key(text,text)": ["service_role"],
  "public.create_key(text,text[],text,text,text,timestamp with time zone)": ["authenticated"],
  "public.find_identity_user(text,text)": ["service_role"],
  "public.find_user(uuid)": ["authenticated"],
  "public.list_users(text,uuid,integer)": ["authenticated"],
  "public.my_access()": ["authenticated"],
  "public.my_usage()": ["authenticated"],
  "public.quarantine(text,uuid,text)": ["authenticated"],
  "public.release_quarantine(uuid,text)": ["authenticated"],
  "public.require_permission(text)": ["authenticated"],
  "public.revoke_key(uuid)": ["authenticated"],
  "public.rotate_key(uuid,text,text,integer)": ["authenticated"],
  "public.set_role(uuid,text)": ["authenticated"],
  "app.can(app.permission)": ["authenticated"],
  "app.cancel_run(uuid)": ["authenticated"],
  "app.approve_version(text,integer,text)": ["authenticated"],
  "app.create_agent(text,text,text,text,text,text,text,text,text)": ["authenticated"],
  "app.create_version(text,text,text,text,text,boolean,text,text,text)": ["authenticated"],
  "app.decide_tool_call(uuid,boolean)": ["authenticated"],
  "app.set_tool_ceiling(text)": ["authenticated"],
  "app.tool_ceiling()": ["authenticated"],
  "app.delete_agent(text)": ["authenticated"],
  "app.my_permissions()": ["authenticated"],
  "app.notice_lost(uuid)": ["authenticated"],
  "app.publish_version(text,integer)": ["authenticated"],
  "app.set_agent_archived(text,boolean)": ["authenticated"],
  "app.update_agent(text,text,text)": ["authenticated"],
  "public.append_run_events(uuid,text)": ["service_role"],
  "public.asked_grants()": ["service_role"],
  "public.cancel_run(uuid)": ["authenticated"],
  "public.approve_version(text,integer,text)": ["authenticated"],
  "public.begin_tool_call(uuid,uuid,text,text,text,text,text,text,integer)": ["service_role"],
  "public.create_agent(text,text,text,text,text,text,text,text,text)": ["authenticated"],
  "public.create_version(text,text,text,text,text,boolean,text,text,text)": ["authenticated"],
  "public.decide_tool_call(uuid,boolean)": ["authenticated"],
  "public.end_tool_call(uuid,text,bigint,bigint,integer,text,text)": ["service_role"],
  "public.find_tool_run(uuid)": ["service_role"],
  "public.set_tool_ceiling(text)": ["authenticated"],
  "public.tool_ceiling()": ["authenticated"],
  "public.delete_agent(text)": ["authenticated"],
  "public.find_program(text,integer)": ["authenticated"],
  "public.find_run(uuid)": ["authenticated"],
  "public.my_permissions()": ["authenticated"],
  "public.publish_version(text,integer)": ["authenticated"],
  "public.reap_runs()": ["service_role"],
  "public.set_agent_archived(text,boolean)": ["authenticated"],
  "public.find_replay(uuid,text,text,uuid)": ["service_role"],
  "public.settle_run(uuid,text,text)": ["service_role"],
  "public.start_run(uuid,uuid,text,integer,text,text,text[],text,integer,text,text,text,uuid,uuid,boolean)":
    ["service_role"],
  "public.update_agent(text,text,text)": ["authenticated"],
};

/** What the catalogue says of rights on tables, in the shape of {@link GRANTS}. */
export async function readGrants(sql: TransactionSql): Promise<Record<string, string[]>> {
  const found = await sql<{ name: string; rights: string[] }[]>`
    select c.relnamespace::regnamespace || '.' || c.relname as name,
      array_agg(concat_ws(' ', role, privilege) order by role, privilege) as rights
    from pg_class as c
    cross join unnest(array['anon', 'authenticated', 'service_role']) as role
    cross join unnest(array['select', 'insert', 'update', 'delete', 'truncate', 'references', 'trigger'])
      as privilege
    where c.relnamespace in ('public'::regnamespace, 'app'::regnamespace)
      and c.relkind in ('r', 'p', 'v', 'm', 'f') and has_table_privilege(role, c.oid, privilege)
    group by 1
  `;
  return Object.fromEntries(found.map(({ name, rights }) => [name, rights]));
}

/** What the catalogue says of functions: who may execute each, if anybody. */
export async function readFunctions(sql: TransactionSql): Promise<Record<string, string[]>> {
  const found = await sql<{ signature: string; roles: string[] }[]>`
    select p.pronamespace::regnamespace || '.' || p.proname || '('
        || array_to_string(p.proargtypes::regtype[], ',') || ')' as signature,
      array(
        select role from unnest(array['anon', 'authenticated', 'service_role']) as role
        where has_function_privilege(role, p.oid, 'execute')
      ) as roles
    from pg_proc as p
    where p.pronamespace in ('public'::regnamespace, 'app'::regnamespace)
    order by 1
  `;
  return Object.fromEntries(
    found.filter(({ roles }) => roles.length > 0).map(({ signature, roles }) => [signature, roles]),
  );
}
