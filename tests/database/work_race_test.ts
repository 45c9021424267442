import assert from "@std/assert";
import * as jose from "jose";
import type { Sql } from "postgres";
import * as z from "zod";
import { createSigner } from "../../supabase/functions/_shared/auth/signer.ts";
import type { Service } from "../../supabase/functions/_shared/service.ts";
import type { ObjectStore } from "../../supabase/functions/_shared/storage.ts";
import { removeGarbage } from "../../supabase/functions/_shared/workspace/garbage.ts";
import { signCheckpoints } from "../../supabase/functions/retention/work/checkpoints.ts";
import { useScratch } from "./database.ts";

const scratch = useScratch();

/** What answers rows; the rest answers one value. */
const SETS = new Set(["claim_garbage"]);

/** The functions of the service, called without the Data API between. */
function serviceOver(sql: Sql): Service {
  return async (name, args) => {
    const list = Object.keys(args).map((key, i) => `${key} => $${i + 1}`).join(", ");
    const rows = await sql.unsafe(`select * from public.${name}(${list})`, Object.values(args));
    const values = rows.map((row) => Object.values(row)[0]);
    return { data: SETS.has(name) ? values : values[0], error: null };
  };
}

/** A Storage that is slow enough for two to meet, and what was removed from it. */
function slowStorage() {
  const removed: string[] = [];
  const nobody = () => Promise.reject(new Error("nobody asks for that"));
  const objects: ObjectStore = {
    put: nobody,
    get: nobody,
    async remove(ids) {
      await new Promise((resolve) => setTimeout(resolve, 5));
      removed.push(...ids);
    },
  };
  return { objects, removed };
}

Deno.test("garbage that is collected by several at once is removed once, and all of it", async () => {
  const sql = scratch().connect(4);
  await sql`
    insert into app.file_objects (owner_id, bytes, dropped_at)
    select gen_random_uuid(), 1, now() from generate_series(1, 350)
  `;
  const { objects, removed } = slowStorage();
  const collect = async () => {
    while (await removeGarbage(objects, serviceOver(sql)) > 0);
  };
  await Promise.all([collect(), collect(), collect(), collect()]);
  assert.deepEqual([removed.length, new Set(removed).size], [350, 350]);
  const [left] = await sql`select count(*)::int as count from app.file_objects`;
  assert.equal(left?.count, 0);
});

const Key = z.object({
  alg: z.literal("ES256"),
  kty: z.literal("EC"),
  crv: z.literal("P-256"),
  x: z.string(),
  y: z.string(),
  d: z.string(),
  kid: z.string(),
});

Deno.test("a checkpoint is signed once although several sign at once, and with the project's key", async () => {
  const sql = scratch().connect(4);
  await sql`select app.audit('role.assigned', 'user', 'somebody', '{}')`;
  const pair = await jose.generateKeyPair("ES256", { extractable: true });
  const key = Key.parse({
    ...await jose.exportJWK(pair.privateKey),
    alg: "ES256",
    kid: "project-1",
  });
  const issuer = "https://project.test/auth/v1";
  const deps = { service: serviceOver(sql), signer: createSigner(key, { issuer }), issuer };
  const counts = await Promise.all([1, 2, 3, 4].map(() => signCheckpoints(deps)));
  assert.equal(counts.reduce((sum, { signed }) => sum + signed, 0), 1);
  const [row] = await sql`
    select seq::int, hash, entries::int, signature, kid from public.audit_checkpoints
  `;
  const { payload, protectedHeader } = await jose.compactVerify(row?.signature, pair.publicKey);
  assert.deepEqual([protectedHeader.typ, row?.kid], ["cloister-checkpoint", "project-1"]);
  const { cloister_checkpoint: said } = JSON.parse(new TextDecoder().decode(payload));
  const { at, ...rest } = said;
  assert.deepEqual(rest, { issuer, seq: row?.seq, hash: row?.hash, entries: row?.entries });
  const [entry] = await sql`
    select hash, at = ${at}::timestamptz as then from public.audit_log where seq = ${row?.seq}
  `;
  assert.deepEqual({ ...entry }, { hash: row?.hash, then: true });
  assert.deepEqual(await signCheckpoints(deps), { signed: 0 });
});
