import type { Context } from "hono";
import type { AppEnv } from "./app.ts";
import type { Access } from "./auth/access.ts";
import type { Caller } from "./auth/caller.ts";
import type { RequestContext } from "./context.ts";
import type { Db } from "./db.ts";
import { refuseOddRequests } from "./headers.ts";
import {
  addressOf,
  type Budget,
  type Charge,
  chargesOf,
  rateLimitHeaders,
  Spent,
} from "./limit/limits.ts";
import { isSensitive, type Permission, requirePermission } from "./permission.ts";
import type { Platform } from "./platform.ts";

/** What a request needs to be let in. */
export interface Terms {
  budgets: readonly Budget[];
  /** Permissions that Postgres guards, too, so that what was known a moment ago may let through. */
  guarded: readonly Permission[];
  /** Permissions that nothing else guards: the database is asked for them each time. */
  fresh: readonly Permission[];
}

/** A request that was let in. */
export interface Admitted {
  context: RequestContext;
  caller: Caller;
  access: Access;
  db: Db;
}

const MAX_USER_AGENT_CHARS = 512;

/** What is known of a request before anything of it is believed. */
export function contextOf(c: Context<AppEnv>, { addressHeader }: Platform): RequestContext {
  const { headers } = c.req.raw;
  return {
    requestId: c.var.requestId,
    address: addressOf(headers, addressHeader),
    userAgent: headers.get("user-agent")?.slice(0, MAX_USER_AGENT_CHARS),
    traceparent: c.var.traceparent,
  };
}

/** Lets an address in, or refuses it, before anybody asks who is there. */
export async function admitAddress(
  c: Context<AppEnv>,
  platform: Platform,
  budget: Budget,
): Promise<RequestContext> {
  const { headers } = c.req.raw;
  const context = await platform.forwarding.believed(headers, contextOf(c, platform));
  c.set("context", context);
  platform.watch.beat();
  await platform.limits.admit(context.address, budget);
  refuseOddRequests(c.req.url, headers);
  return context;
}

/**
 * Lets a caller in. Order: address, credential, what they may spend, whether they have spent it,
 * what they may do. Permissions that are known for less than 30 s let through to rules that Postgres
 * guards, too; a refusal is always the database's own, as of now.
 */
export async function admit(
  c: Context<AppEnv>,
  platform: Platform,
  terms: Terms,
): Promise<Admitted> {
  const [first = "read"] = terms.budgets;
  const context = await admitAddress(c, platform, first);
  const caller = await platform.authenticate(c.req.header("authorization"), context);
  c.set("caller", caller);
  const db = platform.db(caller, context);
  const access = await platform.access.of(caller, db);
  await pay(c, platform, chargesOf({ ...caller, quotas: access.limits }, terms.budgets));
  const isKnown = (permission: Permission) => access.permissions.includes(permission);
  const asked = [
    ...terms.guarded.filter((permission) => !isKnown(permission) || isSensitive(permission)),
    ...terms.fresh,
  ];
  for (const permission of asked) {
    await requirePermission(db, permission);
    if (!isKnown(permission)) platform.access.forget(caller);
  }
  return { context, caller, access, db };
}

async function pay(
  c: Context<AppEnv>,
  { limits }: Platform,
  charges: readonly Charge[],
): Promise<void> {
  const tell = (allowances: Parameters<typeof rateLimitHeaders>[0]) => {
    for (const [name, value] of Object.entries(rateLimitHeaders(allowances))) c.header(name, value);
  };
  try {
    tell(await limits.take(charges));
  } catch (err) {
    if (err instanceof Spent) tell(err.allowances);
    throw err;
  }
}
