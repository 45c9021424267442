import assert from "@std/assert";
import { openRuntime } from "../../dev/gateway/runtime.ts";
import { keepAlive, onShutdown } from "../../supabase/functions/_shared/background.ts";

Deno.test("functions are told when they are taken down, and what they do then is waited for", async () => {
  const runtime = openRuntime();
  const seen: string[] = [];
  const going = Promise.withResolvers<void>();
  keepAlive(going.promise.then(() => void seen.push("a run ended")));
  onShutdown(async () => {
    going.resolve();
    await going.promise;
    seen.push("the engine ended");
  });
  await Promise.all([runtime.end(), runtime.end()]);
  assert.deepEqual(seen.sort(), ["a run ended", "the engine ended"]);
});

Deno.test("background work that fails keeps nothing from ending", async () => {
  const runtime = openRuntime();
  keepAlive(Promise.reject(new Error("it does not matter any more")));
  await runtime.end();
});
