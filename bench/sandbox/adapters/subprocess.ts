import type { Job, Outcome } from "../adapter.ts";
import { Ledger } from "./ledger.ts";
import { linesOf } from "./lines.ts";

/** What an interpreter needs: the files it reads, and the command that starts it among them. */
export interface Recipe {
  files: Record<string, string>;
  command: string;
  args: string[];
}

/**
 * The classic recipe: write the program to a file, start an interpreter, speak in lines over its
 * stdin and stdout, kill it when its time is over.
 */
export async function runSubprocess(job: Job, recipe: Recipe): Promise<Outcome> {
  const folder = await Deno.makeTempDir({ prefix: "bench-" });
  try {
    for (const [name, text] of Object.entries(recipe.files)) {
      await Deno.writeTextFile(`${folder}/${name}`, text);
    }
    const { command, args } = recipe;
    const stdio = { stdin: "piped", stdout: "piped", stderr: "null" } as const;
    return await converse(new Deno.Command(command, { args, cwd: folder, ...stdio }).spawn(), job);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}

async function converse(child: Deno.ChildProcess, job: Job): Promise<Outcome> {
  const writer = child.stdin.getWriter();
  const encoder = new TextEncoder();
  // The child may be gone before it has read.
  const write = (line: string) => writer.write(encoder.encode(`${line}\n`)).catch(() => {});
  const ledger = new Ledger(job, (...answer) => void write(JSON.stringify(answer)));
  const hearing = hear(child.stdout, ledger);
  write(JSON.stringify(job.input));
  try {
    return await ledger.ended;
  } finally {
    kill(child);
    await child.status;
    await writer.abort().catch(() => {});
    await hearing;
  }
}

/** What is no message is a line of the program's own: a log. */
async function hear(output: AsyncIterable<Uint8Array>, ledger: Ledger): Promise<void> {
  try {
    for await (const line of linesOf(output)) {
      try {
        ledger.hear(JSON.parse(line));
      } catch {
        ledger.hear({ log: line });
      }
    }
  } catch {
    // it was killed while it spoke
  }
  ledger.fail("the process ended");
}

function kill(child: Deno.ChildProcess): void {
  try {
    child.kill("SIGKILL");
  } catch {
    // it has ended by itself
  }
}
