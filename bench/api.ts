/**
 * What a request costs on the local stack, one at a time: p50 and p95 of creating, listing and
 * executing, beside a bare function in the same process as the floor. Prints a table.
 */
import { createClient } from "@supabase/supabase-js";
import * as z from "zod";
import { startStack } from "../dev/stack.ts";

/** The engine's own time is taken off: what is left is what the API adds to a run. */
const Run = z.object({ usage: z.object({ wall_ms: z.number() }) });

const ROUNDS = 200;
const WARM_UP = 20;

{
  // The bench asks more than the limits of one user allow.
  await using stack = await startStack({
    temporary: true,
    port: 0,
    log: () => {},
    // All of it comes from one address, whose budget is meant for people.
    env: { CLOISTER_CLIENT_ADDRESS_HEADER: "none" },
  });
  console.info = () => {};
  const people = await Promise.all(Array.from({ length: 12 }, () => signUp(stack)));
  let turn = 0;
  const ask = async (method: string, path: string, body?: unknown) => {
    const token = people[turn++ % people.length];
    const response = await fetch(`${stack.url}/functions/v1${path}`, {
      method,
      headers: { authorization: `Bearer ${token}`, "content-type": "application/json" },
      ...(body !== undefined && { body: JSON.stringify(body) }),
    });
    const text = await response.text();
    if (!response.ok) throw new Error(`${method} ${path}: ${response.status} ${text}`);
    return text;
  };
  const source = "export default (n: number) => n + 1;";
  for (const _ of people) await ask("POST", "/agents", { name: "bench", source });

  const rows = [
    await measure(
      "read the OpenAPI document (no database)",
      () => ask("GET", "/agents/openapi.json"),
    ),
    await measure("list agents", () => ask("GET", "/agents")),
    await measure("read an agent", () => ask("GET", "/agents/bench")),
    await measure("create an agent", (i) => ask("POST", "/agents", { name: `bench-${i}`, source })),
    await measure("execute and wait, without the run itself", async () => {
      const run = Run.parse(JSON.parse(await ask("POST", "/execute/agents/bench", { input: 41 })));
      return run.usage.wall_ms;
    }),
  ];
  console.log(`${ROUNDS} requests each, one at a time, in ms\n`);
  console.log("| request | p50 | p95 | ratio to the first |\n| --- | ---: | ---: | ---: |");
  for (const { name, p50, p95 } of rows) {
    const ratio = (p50 / (rows[0]?.p50 ?? p50)).toFixed(1);
    console.log(`| ${name} | ${p50.toFixed(1)} | ${p95.toFixed(1)} | ${ratio} |`);
  }
}

/** Times calls; a number that a call answers is time that does not count. */
async function measure(name: string, work: (i: number) => Promise<unknown>) {
  const times: number[] = [];
  for (let i = -WARM_UP; i < ROUNDS; i++) {
    const started = performance.now();
    const apart = await work(i + WARM_UP);
    const spent = performance.now() - started - (typeof apart === "number" ? apart : 0);
    if (i >= 0) times.push(spent);
  }
  times.sort((a, b) => a - b);
  const at = (share: number) => times[Math.floor(share * (times.length - 1))] ?? NaN;
  return { name, p50: at(0.5), p95: at(0.95) };
}

async function signUp({ url, publishableKey }: { url: string; publishableKey: string }) {
  const supabase = createClient(url, publishableKey, {
    auth: { persistSession: false, autoRefreshToken: false },
  });
  const { data, error } = await supabase.auth.signUp({
    email: `${crypto.randomUUID()}@example.test`,
    password: crypto.randomUUID(),
  });
  if (error) throw error;
  return z.object({ access_token: z.string() }).parse(data.session).access_token;
}
