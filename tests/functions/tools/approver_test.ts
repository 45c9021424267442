import assert from "@std/assert";
import * as z from "zod";
import { createEgress } from "../../../supabase/functions/_shared/egress/create.ts";
import { sha256 } from "../../../supabase/functions/_shared/prepared.ts";
import { createEmailTool } from "../../../supabase/functions/tools/email/tool.ts";
import { createFetchTool } from "../../../supabase/functions/tools/fetch/tool.ts";
import { createShellTool } from "../../../supabase/functions/tools/shell/tool.ts";
import { onEveryEngine, outputOf, type ToolRig, type Wish } from "./rig.ts";

const Seen = z.object({
  data: z.array(z.object({ id: z.uuid(), verdict: z.string(), summary: z.unknown() })),
});

/** What a person is shown of a run's only call that waits, who says no to it. */
async function shownOf(rig: ToolRig, wish: Wish): Promise<unknown> {
  const run = await rig.start(await rig.agent(wish));
  await rig.until(run, ({ calls }) => calls.at(-1)?.verdict === "waiting");
  const reply = await rig.ask("GET", `/execute/runs/${run.id}/calls`);
  const waiting = Seen.parse(await reply.json()).data.filter((call) => call.verdict === "waiting");
  assert.equal(waiting.length, 1);
  const path = `/execute/runs/${run.id}/calls/${waiting[0]?.id}`;
  assert.equal((await rig.ask("POST", path, { decision: "deny" })).status, 200);
  const ended = await rig.until(run, ({ run }) => run.status !== "running");
  assert.equal(outputOf(ended), "approval_denied");
  return waiting[0]?.summary;
}

/** A program that answers the code that its call fails with. */
function asking(call: string): string {
  return `export default async (_, agent) => {
    try { return await (${call}); } catch (error) { return error.code; }
  };`;
}

const secrets = { reveal: () => Promise.resolve(undefined) };
const rules = [{ host: "api.example.com", methods: ["POST" as const], paths: ["/**"] }];
const FETCH = { fetch: { rules, approval: "required" as const } };
const net = createFetchTool({ egress: createEgress(), secrets });

onEveryEngine("who approves a request sees its method and its whole URL", [net], async (rig) => {
  const body = "a".repeat(8_000) + "\u202erest";
  const shown = await shownOf(rig, {
    policy: FETCH,
    source: asking(`agent.fetch("https://api.example.com/v1?q=" + "b".repeat(7_000) + "&end", {
      method: "POST", body: "a".repeat(8_000) + "\\u202erest",
      headers: Object.fromEntries(Array.from({ length: 45 }, (_, n) => ["x-" + n + "x".repeat(99), ""])),
    })`),
  });
  const headers = Array.from({ length: 24 }, (_, n) => `x-${n}${"x".repeat(99)}`);
  assert.deepEqual(shown, {
    method: "POST",
    url: `https://api.example.com/v1?q=${"b".repeat(7_000)}&end`,
    headers: [...headers, "… and 21 more"],
    body_bytes: 8_007,
    body_sha256: await sha256(body),
    body: `${"a".repeat(8_000)}…(+5)`,
  });
});

onEveryEngine("nobody is asked about a request that cannot be shown whole", [net], async (rig) => {
  const source = asking(`agent.fetch("https://api.example.com/?q=" + "中".repeat(8_000), {
    method: "POST",
  })`);
  const done = await rig.run({ policy: FETCH, source });
  assert.equal(outputOf(done), "invalid_arguments");
  assert.deepEqual(
    done.calls.map(({ verdict, reason }) => [verdict, reason]),
    [["denied", "invalid_arguments"]],
  );
});

const mail = createEmailTool({
  mailer: undefined,
  examine: () => Promise.reject(new Error("has no attachments")),
});
onEveryEngine("who approves a message sees everybody who gets it", [mail], async (rig) => {
  const shown = await shownOf(rig, {
    policy: { email: { domains: ["example.com"], approval: "required" } },
    source: asking(`agent.email({
      to: Array.from({ length: 20 }, (_, n) => "a".repeat(50) + n + "." + "b".repeat(150) + "@example.com"),
      subject: "s".repeat(200), text: "t".repeat(10_000) })`),
  });
  assert.deepEqual(shown, {
    to: Array.from(
      { length: 20 },
      (_, n) => `${"a".repeat(50)}${n}.${"b".repeat(150)}@example.com`,
    ),
    cc: [],
    bcc: [],
    subject: "s".repeat(200),
    text: `${"t".repeat(8_000)}…(+2000)`,
    files: [],
  });
});

const shell = createShellTool({
  open: () => {
    throw new Error("nothing is opened before somebody said yes");
  },
});
onEveryEngine("who approves a line of the shell sees all of it", [shell], async (rig) => {
  const shown = await shownOf(rig, {
    policy: { shell: { commands: ["echo", "rm"], approval: "required" } },
    source: asking(
      `agent.shell("echo '" + "a ".repeat(1_200) + "\\u200b'; rm -rf .", {
      stdin: "i".repeat(20_000) })`,
    ),
  });
  const { command, stdin } = z.strictObject({ command: z.string(), stdin: z.string() }).parse(
    shown,
  );
  assert.equal(command, `echo '${"a ".repeat(1_200)}\ufffd'; rm -rf .`);
  assert.match(stdin, /^i+…\(\+\d+\)$/);
});
