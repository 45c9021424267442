/**
 * `deno task console`: builds the console into `console/dist`, or into `--out`. `--url` and `--key`
 * name the project that it speaks to; without them it speaks to the host that serves it.
 */
import { join, resolve } from "node:path";
import { parseArgs } from "node:util";
import { build } from "vite";
import { copyDocs } from "./docs.ts";
import { contentPolicy, pageHeaders } from "./policy.ts";

const HERE = resolve(import.meta.dirname ?? ".", "..");

const { values } = parseArgs({
  options: {
    out: { type: "string", default: join(HERE, "dist") },
    url: { type: "string" },
    key: { type: "string" },
    quiet: { type: "boolean", default: false },
  },
});
await buildConsole(resolve(values.out), values.url, values.key);
if (!values.quiet) console.log(`The console lies in ${values.out}.`);

/** Builds, and writes beside it what static hosts read: the configuration, headers, fallbacks. */
async function buildConsole(out: string, url: string | undefined, key: string | undefined) {
  await build({
    configFile: join(HERE, "vite.config.ts"),
    logLevel: "warn",
    build: { outDir: out, emptyOutDir: true },
  });
  const html = await guard(join(out, "index.html"), url);
  await guard(join(out, "reference.html"), url);
  await Deno.writeTextFile(join(out, "404.html"), html);
  await copyDocs(out);
  await Deno.writeTextFile(join(out, "_redirects"), "/* /index.html 200\n");
  await Deno.writeTextFile(join(out, "_headers"), headersFile(url));
  if (key === undefined) return;
  const config = JSON.stringify({ url, publishable_key: key });
  await Deno.writeTextFile(join(out, "config.json"), `${config}\n`);
}

/** Writes the policy into a page, for hosts that send no headers of ours. */
async function guard(page: string, url: string | undefined): Promise<string> {
  const policy = `<meta http-equiv="content-security-policy" content="${contentPolicy(url)}">`;
  const html = (await Deno.readTextFile(page))
    .replace(`<meta charset="utf-8">`, `<meta charset="utf-8">\n    ${policy}`);
  await Deno.writeTextFile(page, html);
  return html;
}

/** As Netlify and Cloudflare Pages read it. Files with a hash in their names never change. */
function headersFile(url: string | undefined): string {
  const lines = Object.entries(pageHeaders(url)).map(([name, value]) => `  ${name}: ${value}`);
  return `/*\n${
    lines.join("\n")
  }\n/assets/*\n  cache-control: public, max-age=31536000, immutable\n`;
}
