import { Policy } from "../../../supabase/functions/_shared/policy/schema.ts";
import { ADDRESS_HEADER, newAddress } from "../../stack.ts";
import type { Answer, ApiDocument } from "./document.ts";
import type { Plan } from "./plan.ts";
import type { Actor, Ask, World } from "./world.ts";

/** No answer may take longer. */
const PATIENCE_MS = 30_000;

/** What became of a request. */
export interface Outcome {
  operation: string;
  actor: Actor["kind"];
  status: number;
  /** What the document does not allow about it. */
  violation: string | undefined;
  /** The request, for whoever looks into it. */
  request: string;
}

/** Sends a request as planned, and holds the answer against the document. */
export async function play(
  plan: Plan,
  { document, world, ask }: { document: ApiDocument; world: World; ask: Ask },
): Promise<Outcome> {
  const { operation } = plan;
  const actor = world.actor(plan.actor, operation.path);
  const path = pathOf(plan, world, actor);
  const init = initOf(plan, world, actor);
  const answer = await answerOf(ask, path, init);
  const body = typeof init.body === "string" ? init.body.slice(0, 500) : "";
  const { authorization: _, ...shown } = init.headers;
  const headers = JSON.stringify(shown).slice(0, 500);
  const said = answer && `${answer.status} ${answer.text.slice(0, 500)}`;
  const request = `${actor.kind}: ${operation.method} ${
    path.slice(0, 500)
  } ${headers} ${body} → ${said}`;
  const outcome = { operation: operation.id, actor: actor.kind, request };
  if (answer === undefined) return { ...outcome, status: 0, violation: "there is no answer" };
  if (answer.status < 300) world.learn(answer.text, actor);
  const violation = document.violation(operation, answer);
  return { ...outcome, status: answer.status, violation };
}

/** An answer, read to its end; undefined where there is none in time. */
async function answerOf(ask: Ask, path: string, init: RequestInit): Promise<Answer | undefined> {
  const late = Promise.withResolvers<undefined>();
  const timer = setTimeout(() => late.resolve(undefined), PATIENCE_MS);
  const asking = ask(path, init).then(async (response) => {
    const { status, headers } = response;
    return { status, headers, text: await response.text() };
  });
  try {
    return await Promise.race([asking, late.promise]);
  } finally {
    clearTimeout(timer);
  }
}

/** Nothing that stands in a path may lead to another route: that would be another document's part. */
function pathOf({ operation, path, query }: Plan, world: World, actor: Actor): string {
  const filled = operation.path.replace(/\{(\w+)\}/g, (_, name: string) => {
    const text = textOf(world.fill(path[name], actor)).slice(0, 2_000);
    const segment = encodeURIComponent(text).replaceAll(".", "%2E");
    return isTaken(text) ? "fuzz-a" : segment;
  });
  const pairs = query.map(([name, value]) =>
    `${encodeURIComponent(name)}=${
      encodeURIComponent(textOf(world.fill(value, actor)).slice(0, 8_000))
    }`
  );
  return pairs.length === 0 ? filled : `${filled}?${pairs.join("&")}`;
}

function isTaken(segment: string): boolean {
  return ["", ".", "..", "health", "limits", "openapi.json", "export", "verification"]
    .includes(segment);
}

function textOf(value: unknown): string {
  const text = typeof value === "object" ? JSON.stringify(value) : String(value);
  return text.toWellFormed();
}

function initOf({ operation, headers, body }: Plan, world: World, actor: Actor): RequestInit & {
  headers: Record<string, string>;
} {
  const all: Record<string, string> = { [ADDRESS_HEADER]: newAddress() };
  for (const [name, value] of headers) all[name] = value;
  if (actor.authorization !== undefined) all.authorization = actor.authorization;
  const hasBody = body !== undefined && operation.method !== "GET";
  if (!hasBody) return { method: operation.method, headers: all };
  if (body.type !== undefined) all["content-type"] = body.type;
  const value = tame(operation.id, world.fill(body.value, actor), world);
  // A copy, since TypeScript cannot know whether the bytes are shared with another thread.
  const bytes = body.bytes && new Uint8Array(body.bytes);
  return { method: operation.method, headers: all, body: bytes ?? JSON.stringify(value) ?? "" };
}

/** What would stop everybody's tests, or play every attack there is, is asked for in vain. */
function tame(operation: string, value: unknown, { ceiling }: World): unknown {
  if (typeof value !== "object" || value === null || Array.isArray(value)) return value;
  if (operation === "post_admin_quarantines" && "kind" in value && value.kind === "everything") {
    return { ...value, kind: "nothing" };
  }
  if (operation === "put_admin_policy") return Policy.safeParse(value).success ? ceiling : value;
  if (operation === "post_admin_sandbox_verify" && !("programs" in value)) {
    return { ...value, programs: ["no_such_program"] };
  }
  return value;
}
