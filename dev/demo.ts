/**
 * `deno task demo`: a fresh stack in a folder of its own, and the story of Cloister told with it.
 * Two people sign up; one creates, lists and executes an agent; the other sees nothing of it.
 */
import { createClient } from "@supabase/supabase-js";
import { EventSourceParserStream } from "eventsource-parser/stream";
import * as z from "zod";
import { createTeller } from "./demo_text.ts";
import { startStack } from "./stack.ts";

const GREETER = `interface Guest { name: string; visits: number }

export default async function (guest: Guest, agent: AgentContext) {
  agent.log("a guest arrives", { name: guest.name });
  for (let visit = 1; visit <= guest.visits; visit++) {
    agent.output({ visit, greeting: \`Welcome, \${guest.name}!\` });
    await new Promise((resolve) => setTimeout(resolve, 150));
  }
  return { greeted: guest.name, times: guest.visits };
}`;

const CLERK = `export default async (_: unknown, agent: AgentContext) => {
  await agent.files.write("notes.txt", "milk\\nTODO: bread\\nTODO: tea\\n");
  const { stdout } = await agent.shell("grep TODO notes.txt | wc -l");
  const denied = await agent.fetch("http://169.254.169.254/latest/meta-data/")
    .catch((error: { code: string }) => error.code);
  return { todo: Number(stdout), denied };
};`;

const HOSTILE = {
  "an endless loop": "export default () => { for (;;); };",
  "a memory bomb":
    "export default () => { const a = []; for (;;) a.push(new Array(1e5).fill(1)); };",
  "endless output": 'export default () => { for (;;) console.log("x".repeat(999)); };',
} as const;

const Run = z.object({
  id: z.string(),
  status: z.string(),
  output: z.unknown(),
  error: z.object({ message: z.string() }).nullable(),
  usage: z.object({ wall_ms: z.number(), cpu_ms: z.number() }),
});

const Ledger = z.object({
  data: z.array(z.object({ tool: z.string(), target: z.string(), verdict: z.string() })),
});

type Ask = (method: string, path: string, body?: unknown, accept?: string) => Promise<Response>;

// The functions log each request through console.info; here it would interrupt the story.
console.info = () => {};
const { chapter, say, code, check } = createTeller();

chapter("A stack of its own: Postgres, Auth, Data API, Redis, edge functions");
await using stack = await startStack({ temporary: true, port: 0, log: () => {} });
say(`ready at ${stack.url}`);

chapter("Ann and Bob sign up");
const ann = await signUp("ann");
const bob = await signUp("bob");
const nobody: Ask = (method, path, body) => request(undefined, method, path, body);

chapter("Ann creates an agent");
code(GREETER);
const created = await ann("POST", "/agents", { name: "greeter", source: GREETER });
check(created.status === 201, `201 ${await created.text()}`);

chapter("Ann lists her agents");
const listed = await (await ann("GET", "/agents")).text();
check(listed.includes("greeter"), listed);

chapter("Ann executes it and watches");
await watch(
  await ann(
    "POST",
    "/execute/agents/greeter",
    { input: { name: "Ada", visits: 3 } },
    "text/event-stream",
  ),
);

chapter("An agent gets what its policy grants: files and a shell; no network");
await tools();

chapter("Bob, and somebody without an account, see nothing of it");
await isolation();

chapter("Hostile agents end within their limits, and the next run works");
for (const [what, source] of Object.entries(HOSTILE)) await attack(what, source);
const after = await (await ann("POST", "/execute/agents/greeter", {
  input: { name: "Grace", visits: 1 },
})).text();
check(after.includes('"status":"succeeded"'), "the greeter still greets");

chapter("Done");
say("Keep a stack running with: deno task start");
await stack.stop();

async function signUp(name: string): Promise<Ask> {
  const supabase = createClient(stack.url, stack.publishableKey, {
    auth: { persistSession: false, autoRefreshToken: false },
  });
  const { data, error } = await supabase.auth.signUp({
    email: `${name}@example.test`,
    password: crypto.randomUUID(),
  });
  if (error) throw error;
  const { access_token: token } = z.object({ access_token: z.string() }).parse(data.session);
  say(`${name} has an account and a session`);
  return (method, path, body, accept) => request(token, method, path, body, accept);
}

function request(
  token: string | undefined,
  method: string,
  path: string,
  body?: unknown,
  accept = "application/json",
): Promise<Response> {
  return fetch(`${stack.url}/functions/v1${path}`, {
    method,
    headers: {
      accept,
      "content-type": "application/json",
      "x-request-id": "demo",
      ...(token !== undefined && { authorization: `Bearer ${token}` }),
    },
    ...(body !== undefined && { body: JSON.stringify(body) }),
  });
}

async function watch(response: Response): Promise<void> {
  check(response.ok && response.body !== null, "the stream is open");
  const events = response.body?.pipeThrough(new TextDecoderStream())
    .pipeThrough(new EventSourceParserStream());
  let last = "";
  for await (const { event = "", data } of events ?? []) {
    say(`${event.padEnd(14)} ${JSON.stringify(JSON.parse(data).data)}`);
    last = event;
  }
  check(last === "run.succeeded", "the run succeeded, and the stream ended with it");
}

async function tools(): Promise<void> {
  code(CLERK);
  const policy = { files: {}, shell: { commands: ["grep", "wc"] } };
  await ann("POST", "/agents", { name: "clerk", source: CLERK, policy });
  const answer = await ann("POST", "/execute/agents/clerk", { input: null });
  const { id, output } = Run.parse(await answer.json());
  const wanted = JSON.stringify({ todo: 2, denied: "not_granted" });
  check(JSON.stringify(output) === wanted, `its result: ${JSON.stringify(output)}`);
  const { data } = Ledger.parse(await (await ann("GET", `/execute/runs/${id}/calls`)).json());
  for (const { tool, target, verdict } of data) say(`${verdict.padEnd(8)} ${tool} ${target}`);
}

async function isolation(): Promise<void> {
  const text = async (ask: Ask, method: string, path: string, body?: unknown) => {
    const response = await ask(method, path, body);
    return `${response.status} ${await response.text()}`;
  };
  const theirs = await text(bob, "GET", "/agents");
  check(theirs.includes('"data":[]'), `Bob's list: ${theirs}`);
  const hidden = await text(bob, "POST", "/execute/agents/greeter", { input: null });
  const missing = await text(bob, "POST", "/execute/agents/no-such-agent", { input: null });
  check(hidden === missing, `Bob executing Ann's agent, or one that is not there: ${hidden}`);
  const anonymous = await text(nobody, "GET", "/agents/greeter");
  const other = await text(nobody, "GET", "/agents/no-such-agent");
  check(anonymous === other, `without an account: ${anonymous}`);
}

async function attack(what: string, source: string): Promise<void> {
  const name = what.replaceAll(" ", "-");
  await ann("POST", "/agents", { name, source });
  const started = performance.now();
  const answer = await ann("POST", `/execute/agents/${name}`, { input: null });
  const { status, error, usage } = Run.parse(await answer.json());
  const ms = Math.round(performance.now() - started);
  const held = ["timed_out", "out_of_memory", "output_exceeded"].includes(status);
  check(held, `${what}: ${status} after ${usage.cpu_ms} ms of CPU (${ms} ms): ${error?.message}`);
}
