/**
 * Locks the process in by itself, where no other box can be had: a seccomp filter on all of its
 * threads, now and later, that lets no file be opened, no socket be made, no program be started and
 * nobody else be signalled. Then it gives up the right by which it did that.
 */
import { addressOf } from "./libc.js";

const [PR_SET_PDEATHSIG, PR_SET_NO_NEW_PRIVS, SIGKILL] = [1, 38, 9n];
const [SYS_CAPSET, CAPABILITIES_V3] = [126n, 0x20080522];
const [SYS_SECCOMP, SET_MODE_FILTER, ALL_THREADS] = [317n, 1n, 1n];

/** System calls of x86_64 that are answered with EACCES. */
const REFUSED = [
  ...[41, 42, 43, 44, 46, 47, 49, 50, 288, 299, 307], // socket, connect, accept, sendto, sendmsg, recvmsg (handles), bind, listen, sendmmsg
  ...[59, 322, 57, 58], // execve, execveat, fork, vfork
  ...[62, 129, 200, 297, 424, 434, 438], // kill, tkill, sigqueue, pidfd
  ...[101, 310, 311, 312, 440], // ptrace, process_vm, kcmp, process_madvise
  ...[2, 85, 257, 437, 304], // open, creat, openat, openat2, open_by_handle_at
  ...[82, 83, 84, 86, 87, 88, 258, 259, 133, 263, 264, 265, 266, 316], // rename, mkdir, link, unlink, mknod
  ...[76, 90, 92, 94, 132, 188, 189, 190, 197, 198, 199, 235, 260, 268, 280], // truncate, chmod, chown, utime, xattr
  ...[80, 81, 161, 155, 165, 166, 272, 308, 428, 429, 430, 431, 432, 433, 442], // chdir, chroot, mount, namespaces
  ...[248, 249, 250, 298, 321, 323, 425, 426, 427], // keys, perf, bpf, userfaultfd, io_uring
  ...[29, 30, 31, 64, 65, 66, 68, 69, 70, 71, 220, 240, 241, 242, 243, 244, 245], // IPC of all tenants
  ...[105, 106, 112, 109, 113, 114, 117, 119, 126, 141, 142, 144, 203, 302, 160], // identity, priority, limits
  ...[157, 172, 173, 175, 176, 246, 313, 320, 169, 170, 171, 253, 254, 294, 300, 301, 319], // prctl, modules, kernel, watches, memfd
  ...[251, 314], // ioprio_set, sched_setattr
  ...[103, 135, 154, 159, 163, 164, 167, 168, 206, 227, 305], // the machine's clock, log, swap; old doors
  ...[275, 276, 278], // splice, tee, vmsplice
  ...[4, 6, 21, 269, 332, 439], // stat, access: what lies where on the host
  ...[444, 445, 446], // landlock: nothing left to give up
];
const ENOSYS = 38;
const EACCES = 13;

const [LOAD, AND, JUMP_EQUAL, JUMP_AT_LEAST, JUMP_BITS, RETURN] = [
  0x20,
  0x54,
  0x15,
  0x35,
  0x45,
  0x06,
];
const [KILL, REFUSE, ALLOW] = [0x80000000, 0x00050000, 0x7fff0000];
const [AT_NUMBER, AT_ARCHITECTURE] = [0, 4];
const [AT_FIRST_ARGUMENT, AT_SECOND_ARGUMENT] = [16, 24];
const [AT_THIRD_ARGUMENT, AT_FOURTH_ARGUMENT] = [32, 40];
const [X86_64, X32, CLONE3, FIRST_UNKNOWN] = [0xc000003e, 0x40000000, 435, 450];
const [CLONE, CLONE_THREAD] = [56, 0x00010000];
const [SOCKETPAIR, AF_UNIX] = [53, 1];
const TGKILL = 234;
const [FCNTL, F_SETOWN, F_SETSIG, F_SETOWN_EX] = [72, 8, 10, 15];
const [IOCTL, TCGETS, TIOCGWINSZ, FIONREAD, FIONBIO, FIOCLEX] = [
  16,
  0x5401,
  0x5413,
  0x541b,
  0x5421,
  0x5451,
];
const [MMAP, SHARED_AND_NOBODYS] = [9, 0x21];

/** Allows a system call if its first argument passes. */
const only = (number, jump, constant) => [
  [JUMP_EQUAL, 0, 4, number],
  [LOAD, 0, 0, AT_FIRST_ARGUMENT],
  [jump, 1, 0, constant],
  [RETURN, 0, 0, REFUSE | EACCES],
  [RETURN, 0, 0, ALLOW],
];

/** Refuses a system call if its second argument is one of these. */
const except = (number, values) => [
  [JUMP_EQUAL, 0, 2 * values.length + 2, number],
  [LOAD, 0, 0, AT_SECOND_ARGUMENT],
  ...values.flatMap((value) => [[JUMP_EQUAL, 0, 1, value], [RETURN, 0, 0, REFUSE | EACCES]]),
  [RETURN, 0, 0, ALLOW],
];

/** Allows a system call if its second argument is one of these. */
const among = (number, values) => [
  [JUMP_EQUAL, 0, 2 * values.length + 2, number],
  [LOAD, 0, 0, AT_SECOND_ARGUMENT],
  ...values.flatMap((value) => [[JUMP_EQUAL, 0, 1, value], [RETURN, 0, 0, ALLOW]]),
  [RETURN, 0, 0, REFUSE | EACCES],
];

/** Shared memory that belongs to no file is counted for nobody: no limit of the kernel or ours sees it. */
const UNCOUNTED_MEMORY = [
  [JUMP_EQUAL, 0, 5, MMAP],
  [LOAD, 0, 0, AT_FOURTH_ARGUMENT],
  [AND, 0, 0, SHARED_AND_NOBODYS],
  [JUMP_EQUAL, 0, 1, SHARED_AND_NOBODYS],
  [RETURN, 0, 0, REFUSE | EACCES],
  [RETURN, 0, 0, ALLOW],
];

/** Filters are classic BPF: code, jump if true, jump if false, constant. */
const SAME_SYSTEM = [ // x86_64 takes calls of 32 bits too (int 0x80), which have other numbers
  [LOAD, 0, 0, AT_ARCHITECTURE],
  [JUMP_EQUAL, 1, 0, X86_64],
  [RETURN, 0, 0, KILL],
];

const [MADVISE, MADV_DONTFORK] = [28, 10];

/** V8 asks that its memory be kept from forks; this answers with success, and nothing happens. */
export const INHERITABLE = [
  ...SAME_SYSTEM,
  [LOAD, 0, 0, AT_NUMBER],
  [JUMP_EQUAL, 0, 3, MADVISE],
  [LOAD, 0, 0, AT_THIRD_ARGUMENT],
  [JUMP_EQUAL, 0, 1, MADV_DONTFORK],
  [RETURN, 0, 0, REFUSE],
  [RETURN, 0, 0, ALLOW],
];

/** What the process `pid` may still do. */
const confinement = (pid) => [
  ...SAME_SYSTEM,
  [LOAD, 0, 0, AT_NUMBER],
  [JUMP_AT_LEAST, 0, 1, X32],
  [RETURN, 0, 0, KILL],
  [JUMP_AT_LEAST, 1, 0, FIRST_UNKNOWN],
  [JUMP_EQUAL, 0, 1, CLONE3], // the C library falls back to clone, which can be looked into
  [RETURN, 0, 0, REFUSE | ENOSYS],
  ...only(CLONE, JUMP_BITS, CLONE_THREAD),
  ...only(SOCKETPAIR, JUMP_EQUAL, AF_UNIX), // Deno wakes itself through one, and dies without
  ...only(TGKILL, JUMP_EQUAL, pid), // to abort
  ...except(FCNTL, [F_SETOWN, F_SETSIG, F_SETOWN_EX]), // whoever owns a handle can be signalled by it
  ...among(IOCTL, [TCGETS, TIOCGWINSZ, FIONREAD, FIONBIO, FIOCLEX]),
  ...UNCOUNTED_MEMORY,
  ...REFUSED.flatMap((number) => [
    [JUMP_EQUAL, 0, 1, number],
    [RETURN, 0, 0, REFUSE | EACCES],
  ]),
  [RETURN, 0, 0, ALLOW],
];

/** Puts a filter on every thread of this process, now and later. It cannot be taken off again. */
export function filter({ prctl, syscall }, instructions) {
  if (prctl(PR_SET_NO_NEW_PRIVS, 1n, 0n, 0n, 0n) !== 0) throw new Error("no_new_privs is refused");
  const program = new DataView(new ArrayBuffer(instructions.length * 8));
  instructions.forEach(([code, yes, no, constant], index) => {
    program.setUint16(index * 8, code, true);
    program.setUint8(index * 8 + 2, yes);
    program.setUint8(index * 8 + 3, no);
    program.setUint32(index * 8 + 4, constant, true);
  });
  const header = new DataView(new ArrayBuffer(16));
  header.setUint16(0, instructions.length, true);
  header.setBigUint64(8, addressOf(new Uint8Array(program.buffer)), true);
  const refused = syscall(SYS_SECCOMP, SET_MODE_FILTER, ALL_THREADS, new Uint8Array(header.buffer));
  if (Number(refused) !== 0) throw new Error("the filter is refused");
}

/** Locks the process in for good. It dies when its parent does. */
export function confine(libc) {
  if (libc.prctl(PR_SET_PDEATHSIG, SIGKILL, 0n, 0n, 0n) !== 0) throw new Error("no parent's death");
  dropCapabilities(libc);
  filter(libc, confinement(libc.getpid()));
  Deno.permissions.revokeSync({ name: "ffi" });
}

/** A supervisor that is root hands its children what root may: they give it up. */
function dropCapabilities({ syscall }) {
  const header = new Uint8Array(new Uint32Array([CAPABILITIES_V3, 0]).buffer);
  const none = new Uint8Array(24);
  const refused = syscall(SYS_CAPSET, addressOf(header), addressOf(none), none);
  if (Number(refused) !== 0) throw new Error("capabilities cannot be dropped");
}

/** The filters are written for this system alone. */
export function isKnownSystem() {
  return Deno.build.os === "linux" && Deno.build.arch === "x86_64";
}
