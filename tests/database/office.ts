import { PostgrestError } from "@supabase/supabase-js";
import postgres, { type Sql } from "postgres";
import * as z from "zod";
import type { Scratch } from "../../scripts/database/scratch.ts";
import { createEgress, type EgressDeps } from "../../supabase/functions/_shared/egress/create.ts";
import { uuid7 } from "../../supabase/functions/_shared/ids.ts";
import type { Service } from "../../supabase/functions/_shared/service.ts";
import { newSigningSecret, sealSigning } from "../../supabase/functions/_shared/vault/signing.ts";
import { createVault } from "../../supabase/functions/_shared/vault/vault.ts";
import {
  deliverWebhooks,
  type Round,
  type WebhookSending,
} from "../../supabase/functions/_shared/webhooks/deliver.ts";

/** What a webhook is told, as its row has it. */
const Row = z.object({
  id: z.uuid(),
  run_id: z.uuid(),
  attempt: z.int(),
  state: z.string(),
  last_status: z.int().nullable(),
  last_error: z.string().nullable(),
  response: z.string().nullable(),
  wait_s: z.coerce.number(),
});
type Row = z.infer<typeof Row>;

const Names = z.array(z.object({ id: z.uuid() }));

/** Keys of the functions for secrets. */
export const KEYS = ["k1", "k2"].map((kid) => ({
  kid,
  bytes: crypto.getRandomValues(new Uint8Array(32)),
}));

const vault = createVault({ keys: KEYS.slice(0, 1), keeper: "cloister" });

/** One agent with one webhook, in a database that nobody else sends from. */
export interface Office {
  sql: Sql;
  webhookId: string;
  secret: string;
  /** Every line of the log, whole. */
  logged: string[];
  deps: WebhookSending;
  /** A run that ends; gives its id. */
  run(status?: string, output?: unknown): Promise<string>;
  send(round?: Round): ReturnType<typeof deliverWebhooks>;
  /** Time passes until everything that waits is due. */
  wait(): Promise<void>;
  rows(): Promise<Row[]>;
  /** Gives it another secret, as its owner does. */
  rotate(overlapS: number): Promise<string>;
  webhook(): Promise<{ enabled: boolean; disabled_reason: string | null }>;
}

/** Asks the database's own functions, as `service_role` does over the Data API. */
function serviceOver(sql: Sql): Service {
  return async (name, args) => {
    const given = Object.entries(args ?? {});
    const list = given.map(([key], at) => `${key} => $${at + 1}`).join(", ");
    const values = given.map(([, value]) => value);
    try {
      const data = await sql.begin(async (tx) => {
        await tx`set local role service_role`;
        return await tx.unsafe(`select * from public.${name}(${list})`, values);
      });
      const scalar: unknown = data[0]?.[name];
      return { data: scalar ?? JSON.parse(JSON.stringify(data)), error: null };
    } catch (err) {
      if (!(err instanceof postgres.PostgresError)) throw err;
      const { code, message } = err;
      return { data: null, error: new PostgrestError({ code, message, details: "", hint: "" }) };
    }
  };
}

/** Makes an office whose webhook leads to this address. */
export async function openOffice(
  scratch: Scratch,
  url: string,
  egress: EgressDeps = { privateOrigins: [new URL(url).origin] },
): Promise<Office> {
  const sql = scratch.connect(4);
  const ownerId = crypto.randomUUID();
  const webhookId = uuid7();
  const as = JSON.stringify({ sub: ownerId });
  const logged: string[] = [];
  const office = { sql, webhookId, logged };
  await sql`insert into auth.users (id) values (${ownerId})`;
  const agentId = await asOwner((tx) =>
    tx`select id from public.create_agent('told', '', 'export default () => 1;', 'javascript')`
  );
  const subject = { kind: "webhook", id: webhookId, ownerId, agentId } as const;
  const secret = newSigningSecret();
  const sealed = await sealSigning(vault, subject, { version: 1, value: secret });
  await asOwner((tx) =>
    tx`select id from public.create_webhook('told', ${webhookId}, ${url},
      '{succeeded,failed}', ${sealed.id}, ${sealed.kid}, ${sealed.sealed})`
  );

  /** Runs one statement as the owner, and gives the id that it answers. */
  async function asOwner(ask: (tx: postgres.TransactionSql) => PromiseLike<unknown>) {
    const rows = await sql.begin(async (tx) => {
      await tx`set local role authenticated`;
      await tx`select set_config('request.jwt.claims', ${as}, true)`;
      return await ask(tx);
    });
    const [row] = Names.parse(Array.isArray(rows) ? [...rows] : rows);
    return row?.id ?? "";
  }

  const deps: WebhookSending = {
    service: serviceOver(sql),
    log: (level, event, fields) => void logged.push(JSON.stringify({ level, event, ...fields })),
    egress: createEgress(egress),
    vault,
    timeoutMs: 10_000,
  };
  return {
    ...office,
    secret,
    deps,
    send: (round) => deliverWebhooks(deps, { ownerId, ...round }),
    async run(status = "succeeded", output = { n: 1 }) {
      const id = uuid7();
      await sql`select from public.start_run(${id}, ${ownerId}, 'told', null, '{"in":1}', 'quickjs',
        '{}', '{}', 60000, 'request-1')`;
      const ending = { status, output: JSON.stringify(output), error: null, usage: null };
      await sql`select from public.settle_run(${id}, ${JSON.stringify(ending)})`;
      return id;
    },
    async wait() {
      await sql`update public.webhook_deliveries set next_at = now() - interval '1 second'
        where webhook_id = ${webhookId}`;
    },
    async rows() {
      return Row.array().parse([
        ...await sql`
          select id, run_id, attempt, last_status, last_error, response,
            case when sending then 'sending' when delivered_at is not null then 'delivered'
              when gave_up_at is not null then 'gave_up' else 'waiting' end as state,
            extract(epoch from next_at - now()) as wait_s
          from public.webhook_deliveries where webhook_id = ${webhookId} order by id`,
      ]);
    },
    async rotate(overlapS) {
      const value = newSigningSecret();
      const [row] =
        await sql`select secret_version as v from public.webhooks where id = ${webhookId}`;
      const version = z.int().parse(row?.["v"]) + 1;
      const next = await sealSigning(vault, subject, { version, value });
      await asOwner((tx) =>
        tx`select id from public.rotate_webhook('told', ${webhookId}, ${version}, ${next.id},
          ${next.kid}, ${next.sealed}, ${overlapS})`
      );
      return value;
    },
    async webhook() {
      const [row] = await sql`
        select enabled, disabled_reason from public.webhooks where id = ${webhookId}`;
      return z.object({ enabled: z.boolean(), disabled_reason: z.string().nullable() }).parse(row);
    },
  };
}
