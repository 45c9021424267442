/**
 * Trusted Types: the page's policy refuses every string that would become code or HTML. The one
 * exception are our own files, which workers are started from. Where a browser knows no Trusted
 * Types, the rest of the policy stands.
 */
export function trustOwnFiles(): void {
  const factory: unknown = Reflect.get(globalThis, "trustedTypes");
  if (!isFactory(factory)) return;
  factory.createPolicy("default", {
    createScriptURL: (url) => new URL(url, location.href).origin === location.origin ? url : null,
  });
}

interface Factory {
  createPolicy(name: string, rules: { createScriptURL(url: string): string | null }): unknown;
}

function isFactory(value: unknown): value is Factory {
  return typeof value === "object" && value !== null && "createPolicy" in value;
}
