/**
 * What an agent would try that has the C library and every right of Deno's: the kernel's own system
 * calls, by their numbers. It holds the library from before the process was locked in.
 */
const { symbols } = Deno.dlopen("libc.so.6", {
  syscall: { parameters: ["i64", "i64", "i64", "i64", "i64", "i64", "i64"], result: "i64" },
  dlopen: { parameters: ["buffer", "i32"], result: "u64" },
  __errno_location: { parameters: [], result: "u64" },
  memcpy: { parameters: ["buffer", "u64", "usize"], result: "u64" },
  _exit: { parameters: ["i32"], result: "void" },
});
const errnoAt = symbols.__errno_location();
const REFUSALS = new Map([[13, "EACCES"], [38, "ENOSYS"]]);

/** Numbers of x86_64, in the order of the filter's lines. Without it, -1 makes each fail otherwise. */
const CALLS = {
  socket: 41,
  connect: 42,
  accept: 43,
  sendto: 44,
  sendmsg: 46,
  recvmsg: 47,
  bind: 49,
  listen: 50,
  accept4: 288,
  recvmmsg: 299,
  sendmmsg: 307,
  fork: 57,
  execve: 59,
  execveat: 322,
  kill: 62,
  tkill: 200,
  rt_sigqueueinfo: 129,
  rt_tgsigqueueinfo: 297,
  pidfd_send_signal: 424,
  pidfd_open: 434,
  pidfd_getfd: 438,
  ptrace: 101,
  process_vm_readv: 310,
  process_vm_writev: 311,
  kcmp: 312,
  process_madvise: 440,
  open: 2,
  creat: 85,
  openat: 257,
  openat2: 437,
  open_by_handle_at: 304,
  rename: 82,
  mkdir: 83,
  link: 86,
  unlink: 87,
  symlink: 88,
  mknod: 133,
  renameat2: 316,
  truncate: 76,
  chmod: 90,
  chown: 92,
  utime: 132,
  setxattr: 188,
  fchmodat: 268,
  utimensat: 280,
  chdir: 80,
  chroot: 161,
  pivot_root: 155,
  mount: 165,
  umount2: 166,
  unshare: 272,
  setns: 308,
  open_tree: 428,
  mount_setattr: 442,
  add_key: 248,
  keyctl: 250,
  perf_event_open: 298,
  bpf: 321,
  userfaultfd: 323,
  io_uring_setup: 425,
  io_uring_enter: 426,
  shmget: 29,
  semget: 64,
  msgget: 68,
  mq_open: 240,
  setuid: 105,
  setgid: 106,
  setsid: 112,
  setresuid: 117,
  capset: 126,
  setpriority: 141,
  sched_setaffinity: 203,
  prlimit64: 302,
  setrlimit: 160,
  prctl: 157,
  iopl: 172,
  ioperm: 173,
  init_module: 175,
  kexec_load: 246,
  finit_module: 313,
  reboot: 169,
  sethostname: 170,
  inotify_add_watch: 254,
  fanotify_init: 300,
  memfd_create: 319,
  ioprio_set: 251,
  sched_setattr: 314,
  syslog: 103,
  personality: 135,
  modify_ldt: 154,
  adjtimex: 159,
  acct: 163,
  settimeofday: 164,
  swapoff: 168,
  clock_settime: 227,
  splice: 275,
  tee: 276,
  vmsplice: 278,
  stat: 4,
  access: 21,
  faccessat: 269,
  landlock_create_ruleset: 444,
  clone3: 435,
  "a call that nobody knows": 461,
};

const [CLONE, SOCKETPAIR, TGKILL, IOCTL, FCNTL, MMAP] = [56, 53, 234, 16, 72, 9];
const [SIGCHLD, AF_INET, SOCK_STREAM] = [17, 2, 1];
const [TIOCSTI, TIOCLINUX] = [0x5412, 0x541c];
const F_SETOWN = 8;
const [READ_WRITE, SHARED_ANONYMOUS] = [3, 0x21];
const other = Deno.ppid;

/** Made by whoever imports them: each throws what the kernel says. */
export const RAW_ATTEMPTS = {
  ...Object.fromEntries(
    Object.entries(CALLS).map(([name, number]) => [`calls ${name}`, () => call(number)]),
  ),
  "clones itself": () => call(CLONE, SIGCHLD, 0, 0, 0, 0, 0),
  "makes a pair of network sockets": () => call(SOCKETPAIR, AF_INET, SOCK_STREAM, 0, 0, 0, 0),
  "signals a thread of its parent": () => call(TGKILL, other, other, 0, 0, 0, 0),
  "types into its terminal": () => call(IOCTL, 0, TIOCSTI, 0, 0, 0, 0),
  "types into a console": () => call(IOCTL, 0, TIOCLINUX, 0, 0, 0, 0),
  "has its parent signalled": () => call(FCNTL, 0, F_SETOWN, other, 0, 0, 0),
  "maps memory that nobody counts": () => call(MMAP, 0, 4_096, READ_WRITE, SHARED_ANONYMOUS, -1, 0),
  "loads a library": () => {
    const name = new TextEncoder().encode("libanl.so.1\0");
    if (symbols.dlopen(name, 2) === 0n) throw new Error("no such library");
  },
  "opens a library by Deno": () => Deno.dlopen("libanl.so.1", {}),
};

function call(number, ...values) {
  const [a, b, c, d, e, f] = values.length === 0 ? Array(6).fill(-1) : values;
  const answer = Number(symbols.syscall(number, a, b, c, d, e, f));
  const error = errno();
  if (answer === 0 && (number === CLONE || number === CALLS.fork)) symbols._exit(0);
  if (answer >= 0) return answer;
  const refusal = REFUSALS.get(error);
  // whatever else the kernel says, it has looked at the call
  if (refusal !== undefined) throw new Error(refusal);
}

function errno() {
  const value = new Int32Array(1);
  symbols.memcpy(new Uint8Array(value.buffer), errnoAt, 4n);
  return value[0];
}
