import assert from "@std/assert";
import * as z from "zod";
import {
  type Box,
  designsOf,
  launchOf,
} from "../../../../supabase/functions/_shared/sandbox/process/box.ts";
import { PROCESS_CEILING } from "../../../../supabase/functions/_shared/sandbox/process/limits.ts";
import { absentBox } from "./process/boxes.ts";

const folder = new URL("./process/escaped/", import.meta.url).pathname;
/** Every right that Deno can give. */
const flags = ["-A", "--no-config", "--no-lock", "--unstable-worker-options", "--unstable-net"];
const COMMON = {
  bubblewrap: "bwrap",
  jit: false,
  start: "spawn",
  rlimits: true,
  ceiling: PROCESS_CEILING,
} as const;
const reportSchema = z.object({ name: z.string(), outcome: z.string() });

for (const box of ["bubblewrap", "seccomp"] as const) {
  const reason = await absentBox(box);
  const name =
    `${box} alone holds an agent that has broken out of realm, worker, Deno's permissions`;
  Deno.test({
    name: reason === undefined ? name : `${name} (${reason})`,
    ignore: reason !== undefined,
    fn: () => holds(box),
  });
}

/** Plays every attempt in the box, and looks at the host afterwards. */
async function holds(box: Box): Promise<void> {
  const place = await Deno.makeTempDir({ prefix: "host-" });
  const file = `${place}/secret`;
  await Deno.writeTextFile(file, "secret");
  const hits: string[] = [];
  const server = Deno.serve({ hostname: "127.0.0.1", port: 0, onListen() {} }, ({ url }) => {
    hits.push(new URL(url).pathname);
    return new Response("export default 1", { headers: { "content-type": "text/javascript" } });
  });
  const socket = `${place}/socket`;
  const local = Deno.listen({ transport: "unix", path: socket });
  const { port } = server.addr;
  const before = await snapshot();
  try {
    const reports = await attempts(box, { file, folder: place, port, socket, pid: Deno.pid });
    assert.ok(reports.length > 20);
    for (const { name, outcome } of reports) assert.match(outcome, /^refused/, name);
    assert.deepEqual(hits, []);
    assert.equal(await Deno.readTextFile(file), "secret");
    const names = Array.from(Deno.readDirSync(place), ({ name }) => name);
    assert.deepEqual(names.sort(), ["secret", "socket"]);
    assert.equal(await snapshot(), before);
  } finally {
    local.close();
    await server.shutdown();
    await Deno.remove(place, { recursive: true });
  }
}

/** What root could change of the whole machine, were /proc in its reach. */
async function snapshot(): Promise<string> {
  return await Deno.readTextFile("/proc/sys/kernel/core_pattern");
}

/** In the first way to make this box that works here, as the engine does it. */
async function attempts(box: Box, target: Record<string, string | number>) {
  for (const design of designsOf(box, COMMON)) {
    const { command, ...launch } = launchOf({ ...design, instead: { folder, flags } });
    const streams = { stdin: "piped", stdout: "piped", stderr: "null" } as const;
    const options = { ...launch, ...streams, clearEnv: true, cwd: "/" };
    const child = new Deno.Command(command, options).spawn();
    const writer = child.stdin.getWriter();
    await writer.write(new TextEncoder().encode(`${JSON.stringify(target)}\n`)).catch(() => {});
    const { code, stdout } = await child.output();
    await writer.abort().catch(() => {});
    if (code !== 0) continue;
    const lines = new TextDecoder().decode(stdout).trim().split("\n");
    return lines.map((line) => reportSchema.parse(JSON.parse(line)));
  }
  throw new Error(`no ${box} works`);
}
