/**
 * Deploys the functions to a management API of our own on loopback, with the real Supabase CLI,
 * and looks at what arrived: every file that a function needs, and nothing missing. What arrived
 * must type-check alone on the Deno of hosted functions, and bundle within its budget.
 */
import * as path from "node:path";
import { run } from "./graph.ts";
import { HOSTED_DENO, HOSTED_ENV, hostedDeno } from "./hosted.ts";
import { supabase } from "./supabase_cli.ts";

const PROJECT = "abcdefghijklmnopqrst";

/** Bundles in kB, minified. Hosted functions may have 20 MB; a cold start pays for each. */
const BUDGET_KB: Record<string, number> = {
  admin: 2_500,
  agents: 6_500,
  execute: 7_500,
  mcp: 1_500,
  retention: 1_500,
  tools: 3_500,
};

/** What a function was deployed with. */
interface Deployment {
  files: Map<string, Uint8Array>;
  metadata: string;
}

async function deploy(): Promise<Map<string, Deployment>> {
  const deployments = new Map<string, Deployment>();
  await using server = Deno.serve(
    { hostname: "127.0.0.1", port: 0, onListen() {} },
    (request) => answer(request, deployments),
  );
  const address = `http://127.0.0.1:${server.addr.port}`;
  const profile = await Deno.makeTempFile({ suffix: ".yaml" });
  await Deno.writeTextFile(
    profile,
    `name: local\napi_url: ${address}\ndashboard_url: ${address}\n` +
      "project_host: localhost\npooler_host: localhost\n",
  );
  const { success, text } = await supabase(
    [
      "functions",
      "deploy",
      "--use-api",
      `--remote=${PROJECT}`,
      "--yes",
      "--profile",
      profile,
    ],
    { SUPABASE_ACCESS_TOKEN: `sbp_${"0".repeat(40)}` },
  );
  await Deno.remove(profile);
  if (!success) throw new Error(`functions deploy failed:\n${text}`);
  const missing = text.split("\n").filter((line) => /WARN|failed to read/i.test(line));
  if (missing.length > 0) throw new Error(missing.join("\n"));
  return deployments;
}

async function answer(request: Request, deployments: Map<string, Deployment>): Promise<Response> {
  const { searchParams } = new URL(request.url);
  const slug = searchParams.get("slug");
  if (request.method !== "POST" || slug === null) return Response.json([]);
  const form = await request.formData();
  const files = new Map<string, Uint8Array>();
  for (const part of form.getAll("file")) {
    if (part instanceof File) {
      files.set(part.name, new Uint8Array(await part.arrayBuffer()));
    }
  }
  deployments.set(slug, { files, metadata: String(form.get("metadata")) });
  const deployed = {
    id: slug,
    slug,
    name: slug,
    version: 1,
    status: "ACTIVE",
    verify_jwt: false,
  };
  return Response.json({ ...deployed, created_at: 1, updated_at: 1 }, {
    status: 201,
  });
}

/** Checks one deployment where nothing but its own files exists. */
async function examine(slug: string, { files, metadata }: Deployment): Promise<string> {
  const { entrypoint_path, import_map_path, verify_jwt } = JSON.parse(metadata);
  const config = `supabase/functions/${slug}/deno.json`;
  if (import_map_path !== config) {
    throw new Error(`${slug} is deployed without ${config}`);
  }
  if (verify_jwt !== false) {
    throw new Error(`${slug} is deployed with the gateway's verify_jwt`);
  }
  const folder = await Deno.makeTempDir({ prefix: `cloister-deploy-${slug}-` });
  try {
    for (const [file, bytes] of files) {
      await Deno.mkdir(path.join(folder, path.dirname(file)), {
        recursive: true,
      });
      await Deno.writeFile(path.join(folder, file), bytes);
    }
    const options = ["--config", path.join(folder, config)];
    const entry = path.join(folder, entrypoint_path);
    const older = await hostedDeno();
    if (older !== undefined) {
      await run(older, ["check", "--no-lock", ...options, entry], HOSTED_ENV);
    }
    const checked = older === undefined ? "not type-checked here" : `checks on Deno ${HOSTED_DENO}`;
    return `${slug}: ${files.size} files, ${checked}, ${await bundle(slug, options, entry)}`;
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}

async function bundle(slug: string, options: string[], entry: string): Promise<string> {
  const output = await Deno.makeTempFile({ suffix: ".js" });
  try {
    const args = [
      "bundle",
      "--quiet",
      "--minify",
      "--no-lock",
      ...options,
      "-o",
      output,
      entry,
    ];
    await run(Deno.execPath(), args);
    const kilobytes = Math.round((await Deno.stat(output)).size / 1000);
    const budget = BUDGET_KB[slug];
    if (budget === undefined || kilobytes > budget) {
      throw new Error(
        `${slug} bundles to ${kilobytes} kB; its budget is ${budget} kB`,
      );
    }
    return `bundle ${kilobytes} of ${budget} kB`;
  } finally {
    await Deno.remove(output);
  }
}

if (import.meta.main) {
  const deployments = await deploy();
  const expected = Object.keys(BUDGET_KB).join(", ");
  const deployed = [...deployments.keys()].sort().join(", ");
  if (deployed !== expected) {
    throw new Error(`deployed ${deployed} instead of ${expected}`);
  }
  for (const [slug, deployment] of deployments) {
    console.log(await examine(slug, deployment));
  }
}
