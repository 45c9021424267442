import assert from "@std/assert";
import {
  newSigningSecret,
  sealSigning,
} from "../../../supabase/functions/_shared/vault/signing.ts";
import { createVault } from "../../../supabase/functions/_shared/vault/vault.ts";
import { receive } from "../../../supabase/functions/execute/hooks/receive.ts";
import { standard } from "./hook_rig.ts";

const OWNER = crypto.randomUUID();
const AGENT = crypto.randomUUID();
const HOOK = crypto.randomUUID();
const BODY = "{}";

/** A vault with one key of its own. */
function vaultOf(kid: string) {
  const keys = [{ kid, bytes: crypto.getRandomValues(new Uint8Array(32)) }];
  return createVault({ keys, keeper: "cloister" });
}

/** What the database answers about a hook whose secret was locked by a vault. */
async function foundOf(vault: ReturnType<typeof vaultOf>, value: string) {
  const subject = { kind: "hook", id: HOOK, ownerId: OWNER, agentId: AGENT } as const;
  const version = 1;
  const { id, ...sealed } = await sealSigning(vault, subject, { version, value });
  const about = { owner_id: OWNER, agent_id: AGENT, key_id: null, kind: "standard", version };
  const bound = { id, ...about, name: `hook.${HOOK}`, hosts: [], expires_at: null, ...sealed };
  return { ...about, id: HOOK, input_schema: null, secrets: [bound], executes_per_minute: 60 };
}

Deno.test("that a hook's secret cannot be opened is in the log, and told to nobody", async () => {
  const limits = { take: () => Promise.reject(new Error("not signed")) };
  const secret = newSigningSecret();
  const found = await foundOf(vaultOf("k1"), secret);
  for (const vault of [vaultOf("k2"), vaultOf("k1")]) {
    const logged: string[] = [];
    const headers = standard(secret, BODY);
    const receiving = receive({
      service: () => Promise.resolve({ data: found, error: null }),
      log: (level, event, fields) => void logged.push(JSON.stringify({ level, event, ...fields })),
      limits,
      vault,
      onQueued() {},
    }, {
      id: `hook_${HOOK.replaceAll("-", "")}`,
      bytes: new TextEncoder().encode(BODY),
      header: (name) => headers[name],
      requestId: "request-1",
    });
    await assert.rejects(receiving, { code: "signature_invalid" });
    assert.match(
      logged.join(),
      new RegExp(`"error","event":"hook_not_opened","hook_id":"${HOOK}"`),
    );
    assert.ok(!logged.join().includes(secret.slice(6)));
  }
});
