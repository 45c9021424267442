/** A member of something that came from elsewhere; undefined where there is none of that name. */
export function valueOf(of: unknown, key: string): unknown {
  return typeof of === "object" && of !== null && Object.hasOwn(of, key)
    ? Object.entries(of).find(([name]) => name === key)?.[1]
    : undefined;
}

/** A member that is a string; undefined where it is none. */
export function textOf(of: unknown, key: string): string | undefined {
  const value = valueOf(of, key);
  return typeof value === "string" ? value : undefined;
}

/** A member that is a number; undefined where it is none. */
export function numberOf(of: unknown, key: string): number | undefined {
  const value = valueOf(of, key);
  return typeof value === "number" ? value : undefined;
}

/** What a text says in JSON; undefined where it is none. */
export function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
