import process from "node:process";
import { join } from "node:path";
import { StackError } from "../error.ts";

const PATIENCE_MS = 10_000;
const LOOK_MS = 20;

/**
 * Waits for a Postgres that a killed stack left on `data`, and presses when it does not go: its
 * recovery is Postgres' own, but two servers must never share a folder.
 */
export async function stopOrphan(data: string): Promise<void> {
  const pid = await findServer(data);
  if (pid === undefined) return;
  for (const signal of ["SIGINT", "SIGQUIT", "SIGKILL"] as const) {
    if (!send(pid, signal)) return;
    if (await gone(pid, PATIENCE_MS)) return;
  }
  throw new StackError(`Postgres process ${pid} still works on ${data} and cannot be stopped.`);
}

/** The server that the folder's pid file names, unless that number belongs to another program by now. */
async function findServer(data: string): Promise<number | undefined> {
  const file = join(data, "postmaster.pid");
  const text = await Deno.readTextFile(file).catch(() => "");
  const pid = Number.parseInt(text);
  if (!Number.isSafeInteger(pid)) return undefined;
  const { stdout } = await new Deno.Command("ps", { args: ["-o", "args=", "-p", `${pid}`] })
    .output();
  if (new TextDecoder().decode(stdout).includes(data)) return pid;
  await Deno.remove(file);
  return undefined;
}

async function gone(pid: number, patienceMs: number): Promise<boolean> {
  for (const end = Date.now() + patienceMs; Date.now() < end;) {
    if (!send(pid, 0)) return true;
    await new Promise((resolve) => setTimeout(resolve, LOOK_MS));
  }
  return false;
}

/** Whether there was a process to be reached. */
function send(pid: number, signal: Deno.Signal | 0): boolean {
  try {
    process.kill(pid, signal);
    return true;
  } catch {
    return false;
  }
}
