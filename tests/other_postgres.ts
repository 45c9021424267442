import assert from "@std/assert";
import { join } from "node:path";
import { freePort } from "../dev/port.ts";
import { findAccount } from "../dev/postgres/account.ts";
import { spawnGuarded } from "../dev/postgres/guard.ts";
import { temporaryFolder } from "./dev/scratch.ts";

/** The programs of the oldest Postgres from 15 on that the system's packages brought, if any. */
export async function installedPostgres(): Promise<string | undefined> {
  const root = "/usr/lib/postgresql";
  const versions = await Array.fromAsync(Deno.readDir(root), ({ name }) => name).catch(() => []);
  const [oldest] = versions.map(Number).filter((version) => version >= 15).sort();
  return oldest === undefined ? undefined : join(root, `${oldest}`, "bin");
}

/** Another Postgres, as somebody would run it: superuser `postgres`, trusted on loopback. */
export async function startOther(bin: string, settings: Readonly<Record<string, string>> = {}) {
  await using opened = new AsyncDisposableStack();
  const { path } = opened.use(await temporaryFolder());
  const account = await findAccount();
  if (account !== undefined) await Deno.chown(path, account.uid, account.gid);
  const data = join(path, "data");
  const options = { cwd: path, env: { LC_ALL: "C" }, ...account };
  const made = await new Deno.Command(join(bin, "initdb"), {
    args: ["-D", data, "-U", "postgres", "--no-sync", "--encoding=UTF8"],
    stdout: "null",
    stderr: "null",
    ...options,
  }).output();
  assert.ok(made.success);
  const port = freePort();
  const command = [
    join(bin, "postgres"),
    "-D",
    data,
    "-p",
    `${port}`,
    "-c",
    "unix_socket_directories=",
    ...Object.entries(settings).flatMap(([name, value]) => ["-c", `${name}=${value}`]),
  ];
  let starts = 0;
  const start = async () => {
    const server = spawnGuarded(command, join(path, `log${starts++}`), options);
    await server.saw("ready to accept connections");
    return server;
  };
  let server = await start();
  opened.defer(() => server.stop());
  const closing = opened.move();
  return {
    url: `postgresql://postgres@127.0.0.1:${port}/postgres`,
    async restart() {
      await server.stop();
      server = await start();
    },
    [Symbol.asyncDispose]: async () => await closing.disposeAsync(),
  };
}
