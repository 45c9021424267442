import * as z from "zod";
import { Verification } from "../../supabase/functions/admin/sandbox/schema.ts";

const ROUTE = "functions/v1/admin/sandbox/verify";
const MAX_MS = 120_000;
const Problem = z.object({ code: z.string(), title: z.string() });

/** Asks a deployment to verify itself. Throws with the problem's code, and never with the token. */
export async function verifyDeployment(
  { url, token }: { url: string; token: string },
): Promise<Verification> {
  const response = await fetch(new URL(ROUTE, url.endsWith("/") ? url : `${url}/`), {
    method: "POST",
    headers: { authorization: `Bearer ${token}`, "content-type": "application/json" },
    body: "{}",
    redirect: "error",
    signal: AbortSignal.timeout(MAX_MS),
  });
  const body: unknown = await response.json().catch(() => undefined);
  if (response.ok) return Verification.parse(body);
  const problem = Problem.safeParse(body).data;
  throw new Error(problem ? `${problem.code}: ${problem.title}` : `HTTP ${response.status}`);
}
