import assert from "@std/assert";
import { Webhook } from "standardwebhooks";
import * as z from "zod";
import { Run } from "../../../supabase/functions/execute/runs/schema.ts";
import { ADDRESS_HEADER, newAddress, type Person, person, testStack } from "../../stack.ts";

const Made = z.object({ id: z.string(), path: z.string(), secret: z.string() });
/** A hook as its maker was told of it. */
export type Made = z.infer<typeof Made>;

/** What a sender was answered. */
export interface Told {
  status: number;
  /** Of a problem. */
  code: string | undefined;
  run: string | null | undefined;
  replayed: boolean | undefined;
  /** The body without the id of the request, and the headers that differ by nothing else. */
  bytes: string;
}

/** Somebody with an agent that gives back its input, and hooks of it. */
export interface HookRig {
  owner: Person;
  hook(body?: Record<string, unknown>): Promise<Made>;
  run(id: string): Promise<Run>;
  runs(): Promise<unknown[]>;
}

/** A new person with an agent named `echo`. */
export async function hookRig(inputSchema?: unknown): Promise<HookRig> {
  const owner = await person("hooks");
  const source = "export default (input) => input;";
  const body = { name: "echo", source, ...(inputSchema ? { input_schema: inputSchema } : {}) };
  const created = await owner.call("POST", "/agents", { body });
  assert.equal(created.status, 201, await created.text());
  return {
    owner,
    async hook(body = {}) {
      const answer = await owner.call("POST", "/agents/echo/hooks", { body });
      const text = await answer.text();
      assert.equal(answer.status, 201, text);
      return Made.parse(JSON.parse(text));
    },
    async run(id) {
      return Run.parse(await (await owner.call("GET", `/execute/runs/${id}`)).json());
    },
    async runs() {
      const { data, error } = await owner.supabase.from("runs").select("id, trigger, trigger_id");
      assert.equal(error, null);
      return data ?? [];
    },
  };
}

/** Sends bytes to a hook, as anybody can. */
export async function send(
  path: string,
  body: BodyInit,
  headers: Record<string, string>,
): Promise<Told> {
  const response = await fetch(new URL(path, testStack().url), {
    method: "POST",
    body,
    headers: {
      [ADDRESS_HEADER]: newAddress(),
      "x-request-id": "same-request",
      "content-type": "application/json",
      ...headers,
    },
  });
  const text = await response.text();
  const parsed = JSON.parse(text);
  const kept = [...response.headers].filter(([name]) => !["date", "vary"].includes(name));
  const { status } = response;
  const { code, run, replayed } = parsed;
  return { status, code, run, replayed, bytes: JSON.stringify([status, text, kept]) };
}

/** The headers of Standard Webhooks over a body, as an independent library signs it. */
export function standard(
  secret: string,
  body: string,
  { id = `msg_${crypto.randomUUID()}`, at = new Date() } = {},
): Record<string, string> {
  return {
    "webhook-id": id,
    "webhook-timestamp": String(Math.floor(at.getTime() / 1000)),
    "webhook-signature": new Webhook(secret).sign(id, at, body),
  };
}

/** The headers of GitHub over a body. */
export async function github(
  secret: string,
  body: string,
  { id = crypto.randomUUID(), event = "push" }: { id?: string; event?: string } = {},
): Promise<Record<string, string>> {
  const encoder = new TextEncoder();
  const algorithm = { name: "HMAC", hash: "SHA-256" };
  const bytes = encoder.encode(secret);
  const key = await crypto.subtle.importKey("raw", bytes, algorithm, false, ["sign"]);
  const mark = new Uint8Array(await crypto.subtle.sign("HMAC", key, encoder.encode(body)));
  const hex = Array.from(mark, (byte) => byte.toString(16).padStart(2, "0")).join("");
  return {
    "x-github-delivery": id,
    "x-github-event": event,
    "x-hub-signature-256": `sha256=${hex}`,
  };
}
