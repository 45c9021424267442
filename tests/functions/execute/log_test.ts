import assert from "@std/assert";
import * as z from "zod";
import { becomeQuiet, create, newcomer } from "./rig.ts";

const Line = z.object({
  event: z.string(),
  fn: z.string(),
  request_id: z.string().optional(),
  run_id: z.string().optional(),
  route: z.string().optional(),
  status: z.union([z.string(), z.number()]).optional(),
  attempt: z.number().optional(),
});
type Line = z.infer<typeof Line>;

/** What the functions of this process log while `work` goes on. */
async function logged(work: () => Promise<unknown>): Promise<Line[]> {
  const lines: Line[] = [];
  const { info } = console;
  console.info = (text: string) => void lines.push(Line.parse(JSON.parse(text)));
  try {
    await work();
    await becomeQuiet();
  } finally {
    console.info = info;
  }
  return lines;
}

/** An agent that was executed once: the lines about that request, and about its run. */
async function linesOf(prefer: string) {
  const ask = await newcomer("ann");
  await create(ask, "logged", "export default () => 42;");
  const requestId = `request-${crypto.randomUUID()}`;
  const lines = await logged(async () => {
    const headers = { prefer, "x-request-id": requestId };
    const response = await ask("POST", "/execute/agents/logged", {}, headers);
    assert.equal(response.status, 200, await response.text());
  });
  const ours = lines.filter(({ request_id }) => request_id === requestId);
  return {
    request: ours.find(({ event, fn }) => event === "request" && fn === "execute"),
    run: ours.find(({ event }) => event === "run"),
  };
}

Deno.test("a request's line names its run, and the run's own line names the request", async () => {
  const { request, run } = await linesOf("wait=60");
  assert.match(request?.run_id ?? "", /^[0-9a-f-]{36}$/);
  assert.deepEqual([run?.run_id, run?.status, run?.attempt], [request?.run_id, "succeeded", 1]);
});

Deno.test("the line of a request whose run was queued names it, whoever performs it", async () => {
  const { request } = await linesOf("respond-async, wait=60");
  assert.match(request?.run_id ?? "", /^[0-9a-f-]{36}$/);
});
