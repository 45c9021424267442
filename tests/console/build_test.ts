import assert from "@std/assert";
import { join } from "node:path";
import { testStack } from "../stack.ts";
import { browserTest } from "./browser.ts";

const { url, publishableKey } = testStack();

/** Serves a folder as static hosts do: files, the headers of `_headers`, `index.html` else. */
function serveStatic(dir: string, headers: Headers): Deno.HttpServer<Deno.NetAddr> {
  return Deno.serve({ hostname: "127.0.0.1", port: 0, onListen: () => {} }, async (request) => {
    const { pathname } = new URL(request.url);
    const file = await Deno.readFile(join(dir, pathname)).catch(() => undefined);
    const own = new Headers(headers);
    own.set("content-type", typeOf(pathname));
    return new Response(file ?? await Deno.readFile(join(dir, "index.html")), { headers: own });
  });
}

function typeOf(path: string): string {
  const kinds: Record<string, string> = {
    css: "text/css",
    js: "text/javascript",
    json: "application/json",
  };
  return kinds[path.split(".").at(-1) ?? ""] ?? "text/html";
}

async function headersOf(dir: string): Promise<Headers> {
  const [, page = ""] = (await Deno.readTextFile(join(dir, "_headers"))).split(/^\/.*\n/m);
  return new Headers(
    page.trim().split("\n").map((line): [string, string] => {
      const [name = "", value = ""] = line.trim().split(/: (.*)/);
      return [name, value];
    }),
  );
}

browserTest(
  "built for another host, the console works from there with the project it names",
  async ({ page, context, signUp }) => {
    // Browsers ask before they send a header like the tests' own to another origin.
    await context.setExtraHTTPHeaders({});
    const dir = await Deno.makeTempDir({ prefix: "cloister-console-" });
    const built = await new Deno.Command(Deno.execPath(), {
      args: ["task", "console", "--out", dir, "--url", url, "--key", publishableKey, "--quiet"],
      stderr: "piped",
    }).output();
    assert.ok(built.success, new TextDecoder().decode(built.stderr));
    const headers = await headersOf(dir);
    assert.ok(headers.get("content-security-policy")?.includes(`connect-src 'self' ${url};`));
    const server = serveStatic(dir, headers);
    await page.goto(`http://127.0.0.1:${server.addr.port}/account`);
    await signUp();
    await page.getByRole("cell", { name: "execute", exact: true }).waitFor();
    await server.shutdown();
    await Deno.remove(dir, { recursive: true });
  },
);
