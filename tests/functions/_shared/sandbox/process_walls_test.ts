import assert from "@std/assert";
import { kernelCpuS } from "../../../../supabase/functions/_shared/sandbox/process/box.ts";
import { PROCESS_CEILING } from "../../../../supabase/functions/_shared/sandbox/process/limits.ts";
import { absentBox } from "./process/boxes.ts";
import { descendants, startSmall, until } from "./process/rig.ts";

const MIB = 1024 * 1024;
const NAMESPACES = ["ipc", "uts", "net", "pid", "user", "mnt"];
const FILTERED = "2";
/** Filters of our own: of what is forked, one lets V8's memory be inherited, one locks it in. */
const FILTERS = { spawn: 1, fork: 2 } as const;
/** Field of /proc/<pid>/stat, counted from the one after the name. */
const SESSION = 3;

for (const box of ["bubblewrap", "seccomp"] as const) {
  for (const start of ["spawn", "fork"] as const) {
    const reason = await absentBox(box, start);
    const name = `process in ${box} by ${start} stands behind its walls, seen from outside`;
    Deno.test({
      name: reason === undefined ? name : `${name} (${reason})`,
      ignore: reason !== undefined,
      fn: async () => {
        await using engine = await startSmall({ box, start });
        await until("a warm child", () => engine.stats().warm === 1);
        const pid = descendants().at(-1);
        assert.ok(pid);
        checkLimits(pid);
        checkRights(pid);
        if (box === "bubblewrap") checkNamespaces(pid);
        checkFilters(pid, engine.layers.includes("seccomp") ? FILTERS[start] : 0);
      },
    });
  }
}

/** The kernel's limits, soft and hard. */
function checkLimits(pid: number): void {
  const text = read(pid, "limits");
  const limitsOf = (what: string) =>
    new RegExp(`^Max ${what} +(\\S+) +(\\S+)`, "m").exec(text)?.slice(1).map(Number);
  const cpuS = kernelCpuS(PROCESS_CEILING);
  assert.deepEqual(limitsOf("cpu time"), [cpuS, cpuS + 1]);
  assert.deepEqual(limitsOf("core file size"), [0, 0]);
  assert.deepEqual(limitsOf("open files"), [256, 256]);
  const most = { "data size": PROCESS_CEILING.memoryBytes + 128 * MIB, "file size": 16 * MIB };
  for (const [what, bytes] of Object.entries(most)) {
    const [soft = NaN, hard = NaN] = limitsOf(what) ?? [];
    assert.ok(soft > 0 && soft <= bytes && hard <= bytes, `${what}: ${soft}, ${hard}`);
  }
}

function checkRights(pid: number): void {
  const status = statusOf(pid);
  for (const set of ["CapInh", "CapPrm", "CapEff", "CapAmb"]) {
    assert.match(status.get(set) ?? "", /^0+$/, set);
  }
  assert.equal(status.get("NoNewPrivs"), "1");
}

/** These tests may run behind filters themselves. */
function checkFilters(pid: number, count: number): void {
  const [theirs, ours] = [statusOf(pid), statusOf("self")];
  if (count > 0) assert.equal(theirs.get("Seccomp"), FILTERED);
  const [all = NaN, outer = NaN] = [theirs, ours].map((one) => Number(one.get("Seccomp_filters")));
  if (!Number.isNaN(outer)) assert.equal(all - outer, count);
}

function checkNamespaces(pid: number): void {
  for (const namespace of NAMESPACES) {
    const [theirs, ours] = [pid, "self"].map((who) =>
      Deno.readLinkSync(`/proc/${who}/ns/${namespace}`)
    );
    assert.notEqual(theirs, ours, namespace);
  }
  assert.notEqual(sessionOf(pid), sessionOf("self"));
}

function statusOf(pid: number | "self"): Map<string, string> {
  const lines = read(pid, "status").split("\n").map((line) => line.split(":\t"));
  return new Map(lines.map(([name = "", value = ""]) => [name, value]));
}

function sessionOf(pid: number | "self"): string | undefined {
  const stat = read(pid, "stat");
  return stat.slice(stat.lastIndexOf(")") + 2).split(" ")[SESSION];
}

function read(pid: number | "self", file: string): string {
  return Deno.readTextFileSync(`/proc/${pid}/${file}`);
}
