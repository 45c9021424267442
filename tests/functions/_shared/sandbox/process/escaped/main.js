/**
 * What an agent would be that has broken out of its realm, its worker and Deno's permissions: it
 * holds every right that Deno can give. It tells, one JSON line each, what it could do all the same.
 */
import { play } from "./play.js";

const { file, folder, port, pid, socket } = JSON.parse(await readLine());

const ATTEMPTS = {
  "reads a file of the host": () => Deno.readTextFile(file),
  "reads the password file": () => Deno.readTextFile("/etc/passwd"),
  "reads what is below its root": async () => {
    const names = Array.from(Deno.readDirSync("/"), ({ name }) => name);
    if (
      names.every((name) => ["child", "deno", "dev", "lib", "lib64", "proc", "usr"].includes(name))
    ) {
      throw new Error("only its box");
    }
    return await Promise.resolve(names);
  },
  "writes a file": () => Deno.writeTextFile(`${folder}/written`, "x"),
  "writes into its root": () => Deno.writeTextFile("/written", "x"),
  "writes a temporary file": () => Deno.makeTempFile(),
  "removes a file": () => Deno.remove(file),
  "renames a file": () => Deno.rename(file, `${file}.moved`),
  "makes a link": () => Deno.symlink(file, `${folder}/link`),
  "changes a file's mode": () => Deno.chmod(file, 0o777),
  "connects over TCP": () => Deno.connect({ hostname: "127.0.0.1", port }),
  "fetches": () => fetch(`http://127.0.0.1:${port}/fetched`),
  "imports over the network": () => import(`http://127.0.0.1:${port}/imported.js`),
  "sends a datagram": async () => {
    const sender = Deno.listenDatagram({ transport: "udp", hostname: "127.0.0.1", port: 0 });
    const to = { transport: "udp", hostname: "127.0.0.1", port };
    await sender.send(new Uint8Array(1), to);
    // it left this process: did it leave the box?
    await fetch(`http://127.0.0.1:${port}/after-datagram`);
  },
  "connects to a socket of the host": () => Deno.connect({ transport: "unix", path: socket }),
  "makes a namespace by the C library": () => byLibrary("unshare", ["i32"], [0x10000000]),
  "kills the supervisor by the C library": () => byLibrary("kill", ["i32", "i32"], [pid, 9]),
  "becomes root by the C library": () => byLibrary("setuid", ["u32"], [0]),
  "resolves a name": () => Deno.resolveDns("localhost", "A"),
  "kills the supervisor": () => Deno.kill(pid, "SIGKILL"),
  "signals the supervisor": () => Deno.kill(pid, "SIGTERM"),
  "reads the supervisor's environment": () => Deno.readTextFile(`/proc/${pid}/environ`),
  "reads the supervisor's memory": () => Deno.readFile(`/proc/${pid}/mem`),
  "starts a shell": () => new Deno.Command("/bin/sh", { args: ["-c", "true"] }).output(),
  "changes the kernel's settings": () => {
    const setting = "/proc/sys/kernel/core_pattern";
    const value = Deno.readTextFileSync(setting);
    Deno.writeTextFileSync(setting, value);
  },
  "finds secrets in its environment": () => {
    const names = Object.keys(Deno.env.toObject()).filter((name) =>
      !["TZ", "NO_COLOR", "DENO_NO_UPDATE_CHECK", "DENO_DIR", "PWD", "OLDPWD", "SHLVL", "_"]
        .includes(name)
    );
    if (names.length === 0) throw new Error("nothing");
    return names;
  },
};

await play(ATTEMPTS);
Deno.exit(0);

/** Calls what Deno does not offer; everything here answers 0 when it was done. */
function byLibrary(name, parameters, values) {
  const library = Deno.dlopen("libc.so.6", { [name]: { parameters, result: "i32" } });
  if (library.symbols[name](...values) !== 0) throw new Error("the kernel says no");
}

async function readLine() {
  const decoder = new TextDecoder();
  let text = "";
  for await (const chunk of Deno.stdin.readable) {
    text += decoder.decode(chunk, { stream: true });
    if (text.includes("\n")) break;
  }
  return text;
}
