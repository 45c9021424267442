/** The C library, for what Deno has no function for. The right to call it is given up after boot. */
const PATHS = ["/lib/x86_64-linux-gnu/libc.so.6", "/lib64/libc.so.6", "/usr/lib/libc.so.6"];
const number = { result: "i32" };
const SYMBOLS = {
  prctl: { parameters: ["i32", "u64", "u64", "u64", "u64"], ...number },
  syscall: { parameters: ["i64", "i64", "i64", "buffer"], result: "i64" },
  close: { parameters: ["i32"], ...number },
  madvise: { parameters: ["u64", "u64", "i32"], ...number },
  fork: { parameters: [], ...number },
  getpid: { parameters: [], ...number },
  kill: { parameters: ["i32", "i32"], ...number },
  waitpid: { parameters: ["i32", "buffer", "i32"], ...number },
  poll: { parameters: ["buffer", "usize", "i32"], ...number },
  socket: { parameters: ["i32", "i32", "i32"], ...number },
  connect: { parameters: ["i32", "buffer", "u32"], ...number },
  dup2: { parameters: ["i32", "i32"], ...number },
  _exit: { parameters: ["i32"], result: "void" },
};

/** Opens the C library, wherever this system keeps it. */
export function openLibrary() {
  for (const path of PATHS) {
    try {
      return Deno.dlopen(path, SYMBOLS).symbols;
    } catch {
      // the next one
    }
  }
  throw new Error("no C library");
}

/** Text as C wants it. */
export function cString(text) {
  return new TextEncoder().encode(text + "\0");
}

/** Where bytes lie, for structures that point at them. */
export function addressOf(bytes) {
  return BigInt(Deno.UnsafePointer.value(Deno.UnsafePointer.of(bytes)));
}
