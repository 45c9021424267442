import type { Version } from "../../../../sdk/mod.ts";
import { isObject } from "../../../schema/field.ts";
import { readJson } from "../../../schema/value.ts";

/** What somebody has typed for an agent's next version. All of it is text, whether it is valid or not. */
export interface Draft {
  /** The version that it was begun from. */
  readonly base: number;
  /** The version that ran at that time. */
  readonly published: number;
  /** The agent's name at that time. */
  readonly agent: string;
  readonly source: string;
  readonly language: "typescript" | "javascript";
  /** JSON, or nothing for an agent that takes any input. */
  readonly inputSchema: string;
  readonly policy: string;
}

/** Where drafts are kept: `sessionStorage`, which is of this tab and ends with it. */
export type Store = Pick<Storage, "getItem" | "setItem" | "removeItem" | "key" | "length">;

const PREFIX = "cloister.draft";

/** A draft without any change, of an agent whose version `published` runs. */
export function draftOf(agent: string, version: Version, published: number): Draft {
  const { source, language, input_schema, policy } = version;
  return {
    base: version.version,
    published,
    agent,
    source,
    language,
    inputSchema: input_schema === null ? "" : pretty(input_schema),
    policy: pretty(policy),
  };
}

/** Whether two drafts say the same. */
export function isSame(a: Draft, b: Draft): boolean {
  return a.source === b.source && a.language === b.language &&
    a.inputSchema.trim() === b.inputSchema.trim() && a.policy === b.policy;
}

/** The draft of somebody for an agent, kept before; undefined where there is none that can be read. */
export function recall(store: Store, person: string, agentId: string): Draft | undefined {
  return parse(store.getItem(keyOf(person, agentId)));
}

/** The draft of somebody for an agent that had this name, which may be gone. */
export function recallByName(store: Store, person: string, name: string): Draft | undefined {
  for (let at = 0; at < store.length; at++) {
    const key = store.key(at) ?? "";
    if (!key.startsWith(`${PREFIX}.${person}.`)) continue;
    const draft = parse(store.getItem(key));
    if (draft?.agent === name) return draft;
  }
  return undefined;
}

/** Keeps a draft, or forgets it where there is none. A store that is full keeps what it had. */
export function keep(
  store: Store,
  person: string,
  agentId: string,
  draft: Draft | undefined,
): void {
  const key = keyOf(person, agentId);
  if (draft === undefined) return store.removeItem(key);
  try {
    store.setItem(key, JSON.stringify(draft));
  } catch {
    // Half a megabyte of source in a full store: the page still has it.
  }
}

function keyOf(person: string, agentId: string): string {
  return `${PREFIX}.${person}.${agentId}`;
}

function parse(text: string | null): Draft | undefined {
  const read = readJson(text ?? "");
  const value = "value" in read ? read.value : undefined;
  return isDraft(value) ? value : undefined;
}

function isDraft(value: unknown): value is Draft {
  if (!isObject(value)) return false;
  const { base, published, agent, source, language, inputSchema, policy } = value;
  return typeof base === "number" && typeof published === "number" &&
    (language === "typescript" || language === "javascript") &&
    [agent, source, inputSchema, policy].every((text) => typeof text === "string");
}

function pretty(value: unknown): string {
  return JSON.stringify(value, undefined, 2);
}
