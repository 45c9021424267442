import { RedisError } from "./reply.ts";

/** A string. */
export class Text {
  text = "";
}
/** Fields and their values. */
export class Hash extends Map<string, string> {}
/** A set. */
export class Members extends Set<string> {}
/** A sorted set: scores by member. */
export class Scores extends Map<string, number> {}
/** A list, its head first. */
export class List extends Array<string> {}

/** What a key can hold. */
export type Value = Text | Hash | Members | Scores | List;

interface Entry {
  value: Value;
  /** In ms since 1970. Absent is never. */
  expiresAt?: number | undefined;
}

const MAX_UNITS = 64 * 1024 * 1024;
const SWEEP_UNITS = 1024 * 1024;
const ITEM_UNITS = 32;

/**
 * Keys with a value and a time to live. Memory is bounded: beyond 64 Mi characters or so, writes are
 * refused until something expires or is deleted. What has expired goes when it is read, or in a
 * sweep with every Mi characters that commands bring, so that no timer runs.
 */
export class Store {
  readonly #entries = new Map<string, Entry>();
  #brought = 0;
  #full = false;

  keys(): string[] {
    return [...this.#entries.keys()].filter((key) => this.find(key) !== undefined);
  }

  find(key: string): Entry | undefined {
    const entry = this.#entries.get(key);
    if (entry?.expiresAt === undefined || entry.expiresAt > Date.now()) return entry;
    this.#entries.delete(key);
    return undefined;
  }

  /** The key's value, if there is one. Throws when it is of another type. */
  read<T extends Value>(key: string, type: new () => T): T | undefined {
    const value = this.find(key)?.value;
    if (value === undefined || value instanceof type) return value;
    throw new RedisError("WRONGTYPE Operation against a key holding the wrong kind of value");
  }

  /** The key's value, to be written to: made when there is none. */
  open<T extends Value>(key: string, type: new () => T): T {
    this.#admit();
    const known = this.read(key, type);
    if (known !== undefined) return known;
    const value = new type();
    this.#entries.set(key, { value });
    return value;
  }

  /** Puts a value in the place of whatever the key holds. */
  put(key: string, value: Value, expiresAt?: number): void {
    this.#admit();
    this.#entries.set(key, { value, expiresAt });
  }

  delete(key: string): boolean {
    this.#brought += this.#full ? SWEEP_UNITS : 0;
    return this.find(key) !== undefined && this.#entries.delete(key);
  }

  clear(): void {
    this.#entries.clear();
    this.#full = false;
  }

  /** To be told of every command, before it runs. */
  receive(args: readonly string[]): void {
    for (const arg of args) this.#brought += ITEM_UNITS + arg.length;
    if (this.#brought < SWEEP_UNITS) return;
    this.#brought = 0;
    const units = this.keys().map((key) => key.length + measure(this.#entries.get(key)?.value));
    this.#full = units.reduce((sum, each) => sum + each, 0) > MAX_UNITS;
  }

  #admit(): void {
    if (!this.#full) return;
    throw new RedisError("OOM command not allowed when used memory > 'maxmemory'.");
  }
}

function measure(value: Value | undefined): number {
  if (value === undefined) return 0;
  if (value instanceof Text) return ITEM_UNITS + value.text.length;
  let units = 0;
  for (const item of value instanceof Map ? value.entries() : value.values()) {
    units += ITEM_UNITS + String(item).length;
  }
  return units;
}
