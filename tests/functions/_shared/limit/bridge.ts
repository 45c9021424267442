/** Upstash's REST interface in front of the Redis at an address, in a process of its own. */
import { serve } from "../../../../dev/gateway/serve.ts";
import { openBridge } from "../../../../dev/upstash/bridge.ts";
import { answerRedis } from "../../../../dev/upstash/http.ts";

if (import.meta.main) {
  const [address = "", token = ""] = Deno.args;
  const backend = await openBridge(address);
  const server = serve(
    0,
    (request) => answerRedis(request, "/redis", token, backend),
    () => {},
  );
  console.log(`${server.url}/redis`);
}
