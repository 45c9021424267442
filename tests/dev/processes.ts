import { join } from "node:path";

/** The sandbox processes of a stack: its own children and theirs. */
export async function sandboxesBelow(parent: number): Promise<number[]> {
  const { stdout } = await new Deno.Command("ps", { args: ["-eo", "pid=,ppid=,args="] }).output();
  const all = new TextDecoder().decode(stdout).trim().split("\n").map((line) => {
    const [pid, ppid] = line.trim().split(/ +/).map(Number);
    return { pid: pid ?? 0, ppid: ppid ?? 0, isSandbox: line.includes("/child") };
  });
  const below = (pid: number): typeof all =>
    all.filter(({ ppid }) => ppid === pid).flatMap((child) => [child, ...below(child.pid)]);
  return below(parent).filter(({ isSandbox }) => isSandbox).map(({ pid }) => pid);
}

/** Is there still such a process? One that is dead and not yet buried does not count. */
export function isAlive(pid: number): boolean {
  try {
    return !Deno.readTextFileSync(`/proc/${pid}/stat`).includes(") Z ");
  } catch {
    return false;
  }
}

/** The Postgres servers of a stack whose state is below `path`, as `ps` lists them. */
export async function serversOf(path: string): Promise<string[]> {
  return (await processesOf(path)).filter((line) => /^ *\d+ \S*\/bin\/postgres -D/.test(line));
}

/** The processes of a stack whose state is below `path`, as `ps` lists them. */
export async function processesOf(path: string): Promise<string[]> {
  const { stdout } = await new Deno.Command("ps", { args: ["-eo", "pid=,args="] }).output();
  return new TextDecoder().decode(stdout).split("\n")
    .filter((line) => line.includes(join(path, "state", "postgres")));
}
