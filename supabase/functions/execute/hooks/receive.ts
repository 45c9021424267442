import { Fault } from "../../_shared/fault.ts";
import { jsonOf } from "../../_shared/input.ts";
import { chargesOf, type Limits, Spent } from "../../_shared/limit/limits.ts";
import { describe, type Log } from "../../_shared/log.ts";
import type { Service } from "../../_shared/service.ts";
import { newSigningSecret, openSigning } from "../../_shared/vault/signing.ts";
import type { Vault } from "../../_shared/vault/vault.ts";
import * as z from "zod";
import { acceptInput } from "../runs/start.ts";
import { acceptHook, findHook, type FoundHook } from "./repo.ts";
import { HookParam, type HookReceipt, receiptOf } from "./schema.ts";
import { type Verified, type Verify, verifyGitHub, verifyStandard } from "./verify.ts";

/** What was sent to a hook's address. */
export interface Received {
  /** The hook's id as the address has it, or anything else. */
  id: string;
  bytes: Uint8Array;
  header(name: string): string | undefined;
  requestId: string;
}

/** What receiving needs from outside. */
export interface Receiving {
  service: Service;
  log: Log;
  limits: Pick<Limits, "take">;
  vault: Vault;
  /** To be called when a run has been queued. */
  onQueued(): void;
}

const VERIFY: Record<FoundHook["kind"], Verify> = {
  standard: verifyStandard,
  github: verifyGitHub,
};

/**
 * Takes in what was sent to a hook: its signature, what its owner may spend, the agent's schema, and
 * the database's consent, in this order. Who cannot sign hears `signature_invalid`, whether or not
 * there is such a hook, or its secret can be opened. What is no JSON is told so before anybody asks for the hook.
 */
export async function receive(deps: Receiving, received: Received): Promise<HookReceipt> {
  const { bytes, header, requestId } = received;
  const value = jsonOf(z.unknown(), bytes);
  // A mark at its beginning is a part of what was signed.
  const text = new TextDecoder("utf-8", { ignoreBOM: true }).decode(bytes);
  const hook = await find(deps, received.id);
  const verified = await verify(deps, hook, { text, header });
  if (hook === undefined || verified === undefined) throw new Fault("signature_invalid");
  if (verified.ping) return { run: null, replayed: false };
  await pay(deps, hook);
  const input = acceptInput(hook, value);
  const { id: hookId, version } = hook;
  const delivery = { hookId, marks: verified.marks, version, input, requestId };
  const { runId, replayed } = await acceptHook(deps.service, delivery).catch(hide);
  if (!replayed) deps.onQueued();
  return receiptOf(runId, replayed);
}

async function find({ service }: Receiving, id: string): Promise<FoundHook | undefined> {
  const parsed = HookParam.safeParse(id);
  return parsed.success ? await findHook(service, parsed.data) : undefined;
}

/**
 * Without a hook, or without what it is signed with, as much is computed as with both, by a secret
 * that nobody has.
 */
async function verify(
  deps: Receiving,
  hook: FoundHook | undefined,
  signed: Parameters<Verify>[0],
): Promise<Verified | undefined> {
  const secrets = hook && await open(deps, hook);
  if (hook === undefined || secrets === undefined) {
    await verifyStandard(signed, [newSigningSecret()]);
    return undefined;
  }
  return await VERIFY[hook.kind](signed, secrets);
}

/** What a hook is signed with, or undefined where that cannot be opened, which the log says. */
async function open({ vault, log }: Receiving, hook: FoundHook): Promise<string[] | undefined> {
  const { id, owner_id: ownerId, agent_id: agentId } = hook;
  const subject = { kind: "hook", id, ownerId, agentId } as const;
  try {
    return await openSigning(vault, subject, hook.secrets);
  } catch (cause) {
    log("error", "hook_not_opened", { hook_id: id, cause: describe(cause) });
    return undefined;
  }
}

/**
 * The hook's owner pays, as for a run of their own. That they cannot is no offence of the sender,
 * from whose address others' deliveries come, too.
 */
async function pay({ limits }: Receiving, hook: FoundHook): Promise<void> {
  const quota = hook.executes_per_minute;
  const charges = chargesOf({
    userId: hook.owner_id,
    keyId: hook.key_id ?? undefined,
    quotas: { read: quota, write: quota, execute: quota, stream: quota },
  }, ["execute"]);
  try {
    await limits.take(charges);
  } catch (err) {
    if (!(err instanceof Spent)) throw err;
    throw new Fault("hook_throttled", undefined, { retryAfter: err.retryAfter ?? 60 });
  }
}

/** Who may not any more, by role or key, is as good as not there. */
function hide(err: unknown): never {
  const gone = err instanceof Fault && ["forbidden", "not_found"].includes(err.code);
  throw gone ? new Fault("signature_invalid", undefined, { cause: err }) : err;
}
