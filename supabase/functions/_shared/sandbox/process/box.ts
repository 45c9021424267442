import type { Limits } from "../engine.ts";

/** The outermost wall: a namespace of its own, a filter on system calls, or none. */
export type Box = "bubblewrap" | "seccomp" | "plain";

/** Whether each process starts Deno anew, or is forked from one that is warm. */
export type Start = "spawn" | "fork";

/** From the strongest to the weakest. */
export const BOXES = ["bubblewrap", "seccomp", "plain"] as const satisfies readonly Box[];

/** How sandbox processes are made. */
export interface Design {
  box: Box;
  /** Forbids further user namespaces inside of bubblewrap, which versions before 0.8 cannot. */
  strict: boolean;
  /** Puts the seccomp filter on within bubblewrap too, where it is known for this system. */
  filtered: boolean;
  /** The user that processes run as, where the supervisor is root and can choose. */
  user: number | undefined;
  /** The program bubblewrap, by its path, or by its name in the usual folders. */
  bubblewrap: string;
  jit: boolean;
  start: Start;
  rlimits: boolean;
  ceiling: Readonly<Limits>;
  /** Another program, started with other flags, in the same box: only the box's tests want that. */
  instead?: { folder: string; flags: readonly string[] };
}

/** A command, with everything that it will see of this process. */
export interface Launch {
  command: string;
  args: string[];
  env: Record<string, string>;
  uid?: number;
  gid?: number;
}

const CHILD = new URL("./child/", import.meta.url).pathname;
const MIB = 1024 * 1024;
/** Writable memory of an idle process in two isolates; with machine code each reserves 512 MiB. */
const IDLE_BYTES = 64 * MIB;
const MACHINE_CODE_BYTES = 2 * 512 * MIB;
/** What the host's own code needs beyond the agent's memory before the kernel says no. */
const SLACK_BYTES = 64 * MIB;
const STARTUP_CPU_S = 2;
const FILE_BLOCKS = 16_384;
const FILES = 256;

/** Where programs are looked for; nobody's environment says otherwise. */
const PATH = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin";

/** What a sandbox process finds in its environment. Its clock is universal, its cache nowhere. */
const ENV = { TZ: "UTC", NO_COLOR: "1", DENO_NO_UPDATE_CHECK: "1", DENO_DIR: "/dev/null/none" };

/** The walls of a design, the innermost first. */
export function layersOf({ box, filtered, jit, start, rlimits }: Design): readonly string[] {
  const isForked = start === "fork";
  return [
    ...["realm", ...(isForked ? [] : ["worker"]), "permissions"],
    ...(jit ? [] : ["jitless"]),
    "process",
    ...(rlimits ? ["rlimits"] : []),
    ...((isForked || filtered) && box !== "seccomp" ? ["seccomp"] : []),
    ...(box === "plain" ? [] : [box]),
  ];
}

/** Nobody's: what a process of root's runs as, if it can. */
const NOBODY = 65_534;

/** The ways to make a box on this system, the strongest first; not each of them has to work. */
export function designsOf(
  box: Box,
  common: Pick<Design, "bubblewrap" | "jit" | "start" | "rlimits" | "ceiling">,
): readonly Design[] {
  const users = Deno.build.os !== "windows" && Deno.uid() === 0 ? [NOBODY, undefined] : [undefined];
  const isBubblewrap = box === "bubblewrap";
  const walls = isBubblewrap
    ? [[true, true], [true, false], [false, true], [false, false]]
    : [[true]];
  return users.flatMap((user) =>
    walls.map(([strict = false, filtered = false]) => ({ ...common, box, user, strict, filtered }))
  );
}

/**
 * The command that starts one sandbox process; or, with the folder of the socket where its children
 * meet the supervisor, one that is forked.
 */
export function launchOf(design: Design, socket?: string): Launch {
  const { user } = design;
  const inner = {
    ...(design.box === "bubblewrap" ? bubblewrap(design, socket) : unboxed(design, socket)),
    ...(user === undefined ? {} : { uid: user, gid: user }),
  };
  if (!design.rlimits) return inner;
  const script = `${rlimitsOf(design)}; exec "$0" "$@"`;
  return { ...inner, command: "/bin/sh", args: ["-c", script, inner.command, ...inner.args] };
}

/** Seconds of CPU time after which the kernel ends a process, whatever it has done in its life. */
export function kernelCpuS({ cpuMs }: Pick<Limits, "cpuMs">): number {
  return Math.ceil(cpuMs / 1000) + STARTUP_CPU_S;
}

/** Shell commands that lower the kernel's limits; they cannot be raised again. */
export function rlimitsOf({ jit, ceiling }: Pick<Design, "jit" | "ceiling">): string {
  const cpuS = kernelCpuS(ceiling);
  const idle = IDLE_BYTES + (jit ? MACHINE_CODE_BYTES : 0);
  const dataKib = Math.ceil((idle + ceiling.memoryBytes + SLACK_BYTES) / 1024);
  return [
    `ulimit -S -t ${cpuS}`,
    `ulimit -H -t ${cpuS + 1}`,
    `ulimit -d ${dataKib}`,
    `ulimit -f ${FILE_BLOCKS}`,
    `ulimit -n ${FILES}`,
    "ulimit -c 0",
  ].join(" && ");
}

function unboxed(design: Design, socket?: string): Launch {
  const isConfined = design.box === "seccomp";
  const { folder, flags } = design.instead ?? {
    folder: CHILD,
    flags: [...flagsOf(design), ...(isConfined ? ["--allow-ffi"] : [])],
  };
  const main = socket === undefined
    ? [`${folder}${isConfined ? "confined.js" : "main.js"}`]
    : [`${folder}zygote.js`, `${socket}/zygote`];
  return { command: Deno.execPath(), args: ["run", ...flags, ...main], env: ENV };
}

function flagsOf({ jit, start, ceiling }: Design): string[] {
  const v8 = [
    `--max-old-space-size=${Math.ceil(ceiling.memoryBytes / MIB)}`,
    "--max-semi-space-size=4",
    "--disallow-code-generation-from-strings",
    ...(jit ? [] : ["--jitless"]),
    ...(start === "fork" ? ["--single-threaded"] : []),
  ];
  return [
    ...["--no-prompt", "--no-config", "--no-lock", "--no-remote", "--no-npm", "--cached-only"],
    "--allow-import=none.invalid",
    "--unstable-worker-options",
    `--v8-flags=${v8.join()}`,
  ];
}

/**
 * A file system with nothing but Deno, its libraries and our own few files; no network, nobody else.
 * There is no /proc either, but for the one link that Deno needs: in the box of a supervisor that is
 * root, /proc/sys can be written to, and with it the host be taken over.
 */
function bubblewrap(design: Design, socket?: string): Launch {
  const { folder, flags } = design.instead ?? { folder: CHILD, flags: flagsOf(design) };
  const spawned = design.filtered && !design.instead
    ? ["--allow-ffi", "/child/confined.js"]
    : ["/child/main.js"];
  const zygote = ["--allow-ffi", "/child/zygote.js", "/socket/zygote"];
  const main = socket === undefined ? spawned : zygote;
  const libraries = ["/lib", "/lib64", "/usr/lib", "/usr/lib64"].filter(exists);
  const bind = (from: string, to = from) => ["--ro-bind", from, to];
  const args = [
    ...["--unshare-user", "--unshare-pid", "--unshare-net", "--unshare-ipc", "--unshare-uts"],
    ...["--unshare-cgroup-try", ...(design.strict ? ["--disable-userns"] : [])],
    ...["--die-with-parent", "--new-session", "--cap-drop", "ALL", "--clearenv"],
    ...libraries.flatMap((path) => bind(path)),
    ...bind(Deno.realPathSync(Deno.execPath()), "/deno"),
    ...bind(folder, "/child"),
    ...(socket === undefined ? [] : bind(socket, "/socket")),
    ...["--dir", "/proc/self", "--symlink", "/deno", "/proc/self/exe"],
    ...["--dev-bind", "/dev/null", "/dev/null"],
    ...["--dev-bind", "/dev/urandom", "/dev/urandom", "--remount-ro", "/"],
    ...Object.entries(ENV).flatMap(([name, value]) => ["--setenv", name, value]),
    ...["--uid", `${NOBODY}`, "--gid", `${NOBODY}`, "--hostname", "sandbox", "--chdir", "/"],
    ...["/deno", "run", ...flags, ...main],
  ];
  return { command: design.bubblewrap, args, env: { PATH } };
}

function exists(path: string): boolean {
  try {
    return Deno.statSync(path).isDirectory;
  } catch {
    return false;
  }
}
