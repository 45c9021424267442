import assert from "@std/assert";
import { fileURLToPath } from "node:url";
import * as z from "zod";
import { ADDRESS_HEADER, newAddress, person, testStack } from "../../../stack.ts";
import { spawnUntil } from "./real_redis.ts";

const REQUESTS = 1_000;
const AT_ONCE = 50;
/** What a user may execute in a minute unless somebody has said otherwise. */
const QUOTA = 60;

/** The function `execute` in a process that nobody has asked for anything, without Upstash. */
async function coldExecute() {
  const script = fileURLToPath(new URL("serve_execute.ts", import.meta.url));
  const { child, printed, drained } = await spawnUntil(
    new Deno.Command(Deno.execPath(), {
      args: ["run", "-A", "--no-lock", "--no-check", script],
      env: testStack().env,
      stdin: "piped",
      stdout: "piped",
      stderr: "null",
    }),
    (text) => text.includes("\n"),
  );
  return {
    url: printed.trim().split("\n")[0],
    async [Symbol.asyncDispose]() {
      await child.stdin.close();
      await Promise.all([child.status, drained]);
    },
  };
}

Deno.test(`from cold, ${AT_ONCE} at once and without Upstash, exactly the budget passes over HTTP`, async () => {
  const { token } = await person("burst");
  await using execute = await coldExecute();
  const codes: Record<string, number> = {};
  const ask = async () => {
    const response = await fetch(`${execute.url}/execute/agents/nobodys`, {
      method: "POST",
      headers: {
        authorization: `Bearer ${token}`,
        "content-type": "application/json",
        [ADDRESS_HEADER]: newAddress(),
      },
      body: '{"input":1}',
    });
    const { code } = z.object({ code: z.string() }).parse(await response.json());
    codes[code] = (codes[code] ?? 0) + 1;
  };
  const started = performance.now();
  let left = REQUESTS;
  const askOn = async () => {
    while (left-- > 0) await ask();
  };
  await Promise.all(Array.from({ length: AT_ONCE }, askOn));
  const elapsedS = (performance.now() - started) / 1000;
  const { not_found = 0, rate_limited = 0, limiter_unavailable = 0, ...others } = codes;
  assert.deepEqual(others, {});
  assert.equal(not_found + rate_limited + limiter_unavailable, REQUESTS);
  // When the minute turns meanwhile, a second of it gives one more; a call may be lost, not two.
  const counted = `${JSON.stringify(codes)} in ${elapsedS} s`;
  assert.ok(limiter_unavailable <= AT_ONCE, counted);
  assert.ok(not_found >= QUOTA - limiter_unavailable && not_found <= QUOTA + elapsedS + 1, counted);
});
