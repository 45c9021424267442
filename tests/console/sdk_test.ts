import * as path from "node:path";
import { fileURLToPath } from "node:url";
import assert from "@std/assert";
import { buildSdk } from "../../scripts/sdk_package.ts";
import { person } from "../stack.ts";
import { browserTest } from "./browser.ts";

const PARSER = path.dirname(fileURLToPath(import.meta.resolve("eventsource-parser")));
const PAGE = `<!doctype html><title>App</title><script type="importmap">
{ "imports": { "@cloister/client": "/sdk/mod.js", "eventsource-parser": "/parser/index.js" } }
</script>`;

/** What the app does: it makes an agent, runs it, and watches it through a stream that is cut once. */
const PROGRAM = `(async ([url, token]) => {
  const { CloisterError, createClient } = await import("@cloister/client");
  let cuts = 1;
  const cut = async (...request) => {
    const response = await fetch(...request);
    const streams = response.headers.get("content-type")?.startsWith("text/event-stream");
    if (!streams || cuts-- < 1) return response;
    const reader = response.body.getReader();
    const first = await reader.read();
    const body = new ReadableStream({
      start: (controller) => controller.enqueue(first.value),
      pull: (controller) => controller.error(new TypeError("the network is gone")),
    });
    reader.cancel();
    return new Response(body, { headers: response.headers });
  };
  const auth = { accessToken: async () => token };
  const client = createClient({ url, auth, fetch: cut });
  await client.agents.create({
    name: "counter",
    source: \`export default async (input, agent) => {
      for (let i = 0; i < 3; i++) {
        agent.output(i);
        await new Promise((resolve) => setTimeout(resolve, 20));
      }
      return "done";
    }\`,
  });
  const run = await client.run("counter");
  const states = [];
  const stream = client.stream("counter", {}, { onState: (state) => states.push(state) });
  const seqs = [], types = [];
  for await (const { seq, type } of stream) {
    seqs.push(seq);
    types.push(type);
  }
  const refused = await client.agents.get("nobody").catch((error) => error);
  return {
    output: run.output,
    states,
    isWhole: seqs.every((seq, at) => seq === at + 1),
    last: types.at(-1),
    refused: refused instanceof CloisterError && refused.code,
  };
})`;

browserTest(
  "the SDK runs and watches agents from a browser, on another origin than the project's",
  async ({ page, stack }) => {
    const folder = await Deno.makeTempDir({ prefix: "cloister-sdk-" });
    try {
      await buildSdk(folder);
      await using app = serveApp(folder);
      // What a page did not set itself is no part of CORS.
      await page.context().setExtraHTTPHeaders({});
      await page.goto(`http://127.0.0.1:${app.addr.port}/`);
      const { token } = await person("sdk-browser");
      const seen = await page.evaluate(`${PROGRAM}(${JSON.stringify([stack.url, token])})`);
      assert.deepEqual(seen, {
        output: "done",
        states: ["connected", "reconnecting", "connected"],
        isWhole: true,
        last: "run.succeeded",
        refused: "not_found",
      });
    } finally {
      await Deno.remove(folder, { recursive: true });
    }
  },
);

/** An app of somebody's, on an origin that is not the project's. */
function serveApp(folder: string) {
  return Deno.serve({ hostname: "127.0.0.1", port: 0, onListen: () => {} }, async ({ url }) => {
    const { pathname } = new URL(url);
    const [, kind, file = ""] = /^\/(sdk|parser)\/([\w/.-]+\.js)$/.exec(pathname) ?? [];
    if (kind === undefined) return new Response(PAGE, { headers: { "content-type": "text/html" } });
    const text = await Deno.readTextFile(path.join(kind === "sdk" ? folder : PARSER, file));
    return new Response(text, { headers: { "content-type": "text/javascript" } });
  });
}
