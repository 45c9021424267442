import { type Db, first, rows } from "../../_shared/db.ts";
import { type Alert, type AlertQuery, AlertRow, Rule, type RuleChange } from "./schema.ts";

const COLUMNS =
  "id, rule, type, subject, count, first_at, at, acknowledged_at, acknowledged_by, note, delivery";
const RULE_COLUMNS = "name, type, threshold, window_s, per, enabled";

/** Alerts that fit a filter, newest first, after an alert's id. */
export async function listAlerts(
  db: Db,
  { rule, state }: Pick<AlertQuery, "rule" | "state">,
  { limit, after }: { limit: number; after: string | undefined },
): Promise<Alert[]> {
  let query = db.from("alerts").select(COLUMNS);
  if (rule !== undefined) query = query.eq("rule", rule);
  if (state === "open") query = query.is("acknowledged_at", null);
  if (state === "acknowledged") query = query.not("acknowledged_at", "is", null);
  if (after !== undefined) query = query.lt("id", after);
  const reply = await query.order("id", { ascending: false }).limit(limit);
  return AlertRow.array().parse(rows(reply));
}

/** Notes that somebody has seen an alert. */
export async function acknowledge(db: Db, id: string, note: string): Promise<Alert> {
  return AlertRow.parse(first(await db.rpc("acknowledge_alert", { alert_id: id, note })));
}

/** All rules, by name. */
export async function listRules(db: Db): Promise<Rule[]> {
  return Rule.array().parse(rows(await db.from("alert_rules").select(RULE_COLUMNS).order("name")));
}

/** Changes the rule of that name, or makes it of a whole one; of less it is `not_found`. */
export async function setRule(db: Db, name: string, rule: RuleChange): Promise<Rule> {
  return Rule.parse(first(await db.rpc("set_alert_rule", { name, ...rule })));
}
