import { project } from "../../../session/session.ts";

/** Every function of the project; the last one may not be deployed everywhere. */
const FUNCTIONS = ["agents", "execute", "tools", "admin", "retention", "mcp"] as const;
const PATIENCE_MS = 10_000;

/** What a function said of itself, or that it could not be asked. */
export interface FunctionHealth {
  readonly name: string;
  readonly status: "ok" | "degraded" | "unavailable" | "unreachable" | "not deployed";
  readonly version: string;
  readonly checks: readonly (readonly [name: string, state: string])[];
  readonly apiKeys: boolean;
  /** Until the answer, as seen from here. */
  readonly ms: number;
}

/** Asks all functions at once, each exactly once: here a failure is the answer. Never rejects. */
export function askHealth(signal: AbortSignal): Promise<FunctionHealth[]> {
  return Promise.all(FUNCTIONS.map((name) => ask(name, signal)));
}

async function ask(name: string, signal: AbortSignal): Promise<FunctionHealth> {
  const since = performance.now();
  const { url, publishableKey } = project();
  let said: unknown;
  try {
    const response = await fetch(`${url}/functions/v1/${name}/health`, {
      headers: { apikey: publishableKey },
      signal: AbortSignal.any([signal, AbortSignal.timeout(PATIENCE_MS)]),
    });
    said = response.status === 404 ? { status: "not deployed" } : await response.json();
  } catch {
    said = undefined;
  }
  return { name, ms: performance.now() - since, ...read(said) };
}

function read(said: unknown): Omit<FunctionHealth, "name" | "ms"> {
  const status = get(said, "status");
  const checks = get(said, "checks");
  const version = get(said, "version");
  return {
    status: status === "ok" || status === "degraded" || status === "unavailable" ||
        status === "not deployed"
      ? status
      : "unreachable",
    version: typeof version === "string" ? version : "–",
    checks: typeof checks === "object" && checks !== null
      ? Object.entries(checks).map(([name, state]) => [name, String(state)])
      : [],
    apiKeys: get(said, "api_keys") === true,
  };
}

function get(value: unknown, key: string): unknown {
  return typeof value === "object" && value !== null ? Reflect.get(value, key) : undefined;
}
