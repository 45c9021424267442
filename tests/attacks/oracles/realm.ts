const OWNERS = {
  Object,
  Array,
  Function,
  String,
  Number,
  Boolean,
  RegExp,
  Error,
  Promise,
  Map,
  Set,
  Date,
  Uint8Array,
  ArrayBuffer,
  AbortSignal,
  ReadableStream,
} as const;

/** The host's own built-in objects, as a text that changes when anybody changes one of them. */
export function describeRealm(): string {
  const owners = Object.entries(OWNERS).map(([name, owner]) => [name, owner.prototype] as const);
  const all: (readonly [string, object])[] = [...owners, ["JSON", JSON], ["Reflect", Reflect]];
  return all.map(([name, owner]) => `${name}: ${describe(owner)}`).join("\n");
}

function describe(owner: object): string {
  const properties = Object.entries(Object.getOwnPropertyDescriptors(owner));
  return properties.map(([key, property]) => `${key}=${identify(property.value)}`).join();
}

const seen = new Map<unknown, number>();

/** The same number for the same value, as long as this process lives. */
function identify(value: unknown): number {
  const known = seen.get(value);
  if (known !== undefined) return known;
  seen.set(value, seen.size);
  return seen.size - 1;
}
