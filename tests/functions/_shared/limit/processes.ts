import { fileURLToPath } from "node:url";
import { testStack } from "../../../stack.ts";
import { type Outcome, sum } from "./hammer.ts";
import { spawnUntil } from "./real_redis.ts";
import type { Job } from "./worker.ts";

/** Processes that pay at the same time, from now on. */
export async function startProcesses(count: number, job: Omit<Job, "env">) {
  const workers = await Promise.all(
    Array.from(
      { length: count },
      () => spawnUntil(worker({ ...job, env: testStack().env }), (text) => text.includes("\n")),
    ),
  );
  const inputs = workers.map(({ child }) => child.stdin.getWriter());
  await Promise.all(inputs.map((input) => input.write(new Uint8Array(1))));
  return {
    /** What they saw together, when all of them have done what they were to do. */
    async end(): Promise<Outcome> {
      await Promise.all(inputs.map((input) => input.close()));
      return sum(
        await Promise.all(workers.map(async ({ child, drained }): Promise<Outcome> => {
          const [, printed = ""] = (await drained).split("\n");
          await child.status;
          return JSON.parse(printed);
        })),
      );
    },
  };
}

function worker(job: Job): Deno.Command {
  const script = fileURLToPath(new URL("worker.ts", import.meta.url));
  return new Deno.Command(Deno.execPath(), {
    args: ["run", "-A", "--no-lock", "--no-check", script, JSON.stringify(job)],
    stdin: "piped",
    stdout: "piped",
  });
}
