import { join } from "node:path";
import { type Account, findAccount, openToOthers, privateFolder } from "./account.ts";
import { installPostgres } from "./binaries.ts";
import { StackError } from "../error.ts";
import { type Guarded, spawnGuarded } from "./guard.ts";
import { stopOrphan } from "./orphan.ts";
import { freePort } from "../port.ts";

/** A Postgres server of our own, on 127.0.0.1 alone. */
export interface Postgres extends AsyncDisposable {
  /** As the superuser `supabase_admin`, with its password. */
  readonly adminUrl: string;
  /** The folder of the data, which is not always in the state folder: see {@link privateFolder}. */
  readonly folder: string;
}

/** Where a server keeps its data and listens. */
export interface PostgresOptions {
  /** The state folder, locked by the caller. */
  dir: string;
  password: string;
  /** A wish: when it is busy, another port is taken. */
  port: number;
  /** Is told when the server ends without having been asked to, and is started again. */
  log: (line: string) => void;
}

/** A server that does not start this often has a reason that waiting does not mend. */
const MAX_RESTARTS = 20;
const RESTART_MS = 250;
const SUPERUSER = "supabase_admin";

// What suits a developer's machine. Durability is Postgres' own default: fsync stays on.
const SETTINGS = {
  listen_addresses: "127.0.0.1",
  unix_socket_directories: "",
  max_connections: "100",
  shared_buffers: "64MB",
  wal_level: "minimal",
  max_wal_senders: "0",
  timezone: "UTC",
  log_timezone: "UTC",
};

/** Starts Postgres on the data that belongs to a state folder, which is made when there is none. */
export async function startPostgres(options: PostgresOptions): Promise<Postgres> {
  const { dir, password } = options;
  const account = await findAccount();
  const home = await installPostgres(account);
  if (account !== undefined) await openToOthers(dir);
  const folder = await privateFolder(dir, "postgres", account);
  const data = join(folder, "data");
  if (await exists(data)) await stopOrphan(data);
  else await initialise({ home, folder, password, account });
  const listen = freePort(options.port);
  const command = [join(home, "bin", "postgres"), "-D", data, ...settings(listen)];
  const log = join(dir, "postgres.log");
  const spawn = () => spawnGuarded(command, log, { cwd: folder, env: { LC_ALL: "C" }, ...account });
  const server = await keepRunning({ spawn, log, data, tell: options.log });
  const adminUrl = `postgresql://${SUPERUSER}:${password}@127.0.0.1:${listen}/postgres`;
  return { adminUrl, folder, [Symbol.asyncDispose]: () => server.stop() };
}

interface Running {
  spawn(): Guarded;
  log: string;
  data: string;
  tell(line: string): void;
}

/** Starts the server, and again whenever it ends without having been asked to. */
async function keepRunning({ spawn, log, data, tell }: Running): Promise<Pick<Guarded, "stop">> {
  let server = await start(spawn, log);
  let stopping = false;
  let restarting = Promise.resolve();
  const watch = () =>
    server.ended.then(() => {
      tell(`Postgres has ended and is started again. See ${log}.`);
      restarting = restart();
    });
  const restart = async () => {
    for (let tries = 1; !stopping; tries++) {
      await stopOrphan(data);
      try {
        server = await start(spawn, log);
        watch();
        return;
      } catch (cause) {
        // What a killed server leaves behind in memory is gone a moment later.
        if (tries === MAX_RESTARTS) return tell(`Postgres does not start again: ${cause}`);
        await new Promise((resolve) => setTimeout(resolve, RESTART_MS));
      }
    }
  };
  watch();
  return {
    async stop() {
      stopping = true;
      await restarting;
      await server.stop();
    },
  };
}

async function start(spawn: () => Guarded, log: string): Promise<Guarded> {
  const server = spawn();
  await server.saw("database system is ready to accept connections").catch(async (cause) => {
    await server.stop();
    throw new StackError(`Postgres did not start. See ${log}:\n${cause.message}`, { cause });
  });
  return server;
}

/** Deletes the data that belongs to a state folder, wherever it lies. The caller holds the lock. */
export async function removeData(dir: string): Promise<void> {
  const folder = await privateFolder(dir, "postgres", await findAccount());
  await stopOrphan(join(folder, "data"));
  await Deno.remove(folder, { recursive: true });
}

interface Making {
  home: string;
  folder: string;
  password: string;
  account: Account | undefined;
}

/** Makes the data under another name first, so that one whose making was cut short is never used. */
async function initialise({ home, folder, password, account }: Making): Promise<void> {
  const draft = join(folder, "draft");
  const secret = join(folder, "password");
  await Deno.remove(draft, { recursive: true }).catch(() => {});
  await Deno.writeTextFile(secret, password, { mode: 0o600 });
  if (account !== undefined) await Deno.chown(secret, account.uid, account.gid);
  const { success, stderr } = await new Deno.Command(join(home, "bin", "initdb"), {
    args: [
      `--pgdata=${draft}`,
      `--username=${SUPERUSER}`,
      `--pwfile=${secret}`,
      "--auth=scram-sha-256",
      "--encoding=UTF8",
      "--locale-provider=builtin",
      "--locale=C.UTF-8",
    ],
    cwd: folder,
    clearEnv: true,
    env: { LC_ALL: "C" },
    ...account,
  }).output().finally(() => Deno.remove(secret));
  if (!success) {
    throw new StackError(
      `Postgres could not be set up: ${new TextDecoder().decode(stderr).trim()}`,
    );
  }
  await Deno.rename(draft, join(folder, "data"));
}

function settings(port: number): string[] {
  return Object.entries({ ...SETTINGS, port }).flatMap((
    [name, value],
  ) => ["-c", `${name}=${value}`]);
}

function exists(path: string): Promise<boolean> {
  return Deno.stat(path).then(() => true, () => false);
}
