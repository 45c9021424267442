import { fileURLToPath } from "node:url";
import { pageHeaders } from "../../console/build/policy.ts";
import { openBuilds } from "./console_build.ts";

const TYPES: Readonly<Record<string, string>> = {
  css: "text/css; charset=utf-8",
  html: "text/html; charset=utf-8",
  js: "text/javascript; charset=utf-8",
  json: "application/json",
  md: "text/markdown; charset=utf-8",
  png: "image/png",
  svg: "image/svg+xml",
  txt: "text/plain; charset=utf-8",
  wasm: "application/wasm",
  woff2: "font/woff2",
};

/** Serves the console's files. It is built when somebody first asks for a page of it. */
export interface Console {
  /** Absent for what is no file and no page of it. */
  fetch(request: Request): Promise<Response | undefined>;
}

/**
 * The console of this repository, for a stack with this key. `log` says why it cannot be built.
 * Where it `follows` the sources, a page that is loaded again is one of the newest.
 */
export function openConsole(
  publishableKey: string,
  options: { follows: boolean; log: (line: string) => void },
): Console {
  const builds = openBuilds(fileURLToPath(new URL("../../", import.meta.url)), options);
  const config = JSON.stringify({ publishable_key: publishableKey });
  return {
    async fetch(request) {
      if (request.method !== "GET" && request.method !== "HEAD") return undefined;
      const { pathname } = new URL(request.url);
      if (pathname === "/config.json") return reply(config, "json", "no-store");
      const page = request.headers.get("accept")?.includes("text/html") ?? false;
      const files = await (page ? builds.newest() : builds.current());
      if (files === undefined) return page ? broken() : undefined;
      const name = files.has(pathname.slice(1)) ? pathname.slice(1) : "index.html";
      if (name === "index.html" && !page) return undefined;
      return await send(`${files.dir}/${name}`, name);
    },
  };
}

/** Absent for a file that somebody has removed since. */
async function send(path: string, name: string): Promise<Response | undefined> {
  const content = await Deno.readFile(path).catch(() => undefined);
  if (content === undefined) return undefined;
  const fixed = name.startsWith("assets/");
  return reply(
    content,
    name.split(".").at(-1) ?? "",
    fixed ? "public, max-age=31536000, immutable" : "no-cache",
  );
}

function reply(body: string | Uint8Array<ArrayBuffer>, kind: string, cache: string): Response {
  return new Response(body, {
    headers: {
      ...pageHeaders(undefined),
      "cache-control": cache,
      "content-type": TYPES[kind] ?? "application/octet-stream",
    },
  });
}

function broken(): Response {
  const text = "The console could not be built: the stack's log says why. The API works.\n";
  const headers = { ...pageHeaders(undefined), "content-type": "text/plain" };
  return new Response(text, { status: 503, headers });
}
