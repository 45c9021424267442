import process from "node:process";
import * as z from "zod";
import { age, compare, list } from "./oracles/files.ts";

/** The address and the folder that attack programs name; both are replaced by real ones. */
const NAMED_PORT = "47811";
const NAMED_FOLDER = "/srv/cloister-canary";

const BODY = 'export default "remote-code";';
const ANSWER = [
  "HTTP/1.1 200 OK",
  "content-type: text/javascript",
  "access-control-allow-origin: *",
  `content-length: ${BODY.length}`,
  "connection: close",
  "",
  BODY,
].join("\r\n");

/** A loopback server and folders that no program may reach. */
export interface Canary {
  /** Connections that were made, by the first line that was sent. */
  readonly hits: string[];
  /** Puts the real port and folder into a program's text. */
  place(source: string): string;
  /** What was read or written since the last time: secrets, working folder, temporary files. */
  touched(): string[];
  close(): Promise<void>;
}

/**
 * Sets the canary up: secrets in a folder, and a server that counts whoever connects. If this
 * process is to `enter` it, it gets an empty working folder and an empty folder for temporary files
 * until the canary is closed.
 */
export async function openCanary(options: { enter: boolean }): Promise<Canary> {
  const folder = await Deno.makeTempDir({ prefix: "canary-" });
  const back = options.enter ? enter(folder) : () => {};
  await Deno.mkdir(`${folder}/secrets`);
  for (const [name, text] of Object.entries(SECRETS)) {
    await Deno.writeTextFile(`${folder}/secrets/${name}`, text);
    age(`${folder}/secrets/${name}`);
  }
  const hits: string[] = [];
  const server = listen(hits);
  let before = list(folder);
  return {
    hits,
    place(source) {
      return source.replaceAll(NAMED_PORT, server.port).replaceAll(
        NAMED_FOLDER,
        `${folder}/secrets`,
      );
    },
    touched() {
      const after = list(folder);
      const changes = compare(before, after);
      before = after;
      return changes;
    },
    async close() {
      await server.close();
      back();
      await Deno.remove(folder, { recursive: true });
    },
  };
}

const SECRETS = {
  "secret.txt": "SECRET-TEXT",
  "secret.json": '{"secret":"SECRET-JSON"}',
  "secret.js": 'export default "SECRET-MODULE";',
} as const;

/** Makes the folder's parts this process's working and temporary folders; the answer undoes it. */
function enter(folder: string): () => void {
  const [cwd, temporary] = [Deno.cwd(), process.env.TMPDIR];
  Deno.mkdirSync(`${folder}/work`);
  Deno.mkdirSync(`${folder}/temporary`);
  Deno.chdir(`${folder}/work`);
  process.env.TMPDIR = `${folder}/temporary`;
  return () => {
    Deno.chdir(cwd);
    if (temporary === undefined) delete process.env.TMPDIR;
    else process.env.TMPDIR = temporary;
  };
}

/** Counts every connection, even one that never says a word; who speaks gets an answer. */
function listen(hits: string[]) {
  const listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  const { port } = z.object({ port: z.number() }).parse(listener.addr);
  const serving = (async () => {
    const answered: Promise<void>[] = [];
    for await (const connection of listener) answered.push(answer(connection, hits));
    await Promise.all(answered);
  })();
  return {
    port: `${port}`,
    async close() {
      listener.close();
      await serving;
    },
  };
}

async function answer(connection: Deno.Conn, hits: string[]): Promise<void> {
  const at = hits.push("a silent connection") - 1;
  try {
    const words = new Uint8Array(1024);
    const length = await connection.read(words) ?? 0;
    hits[at] = new TextDecoder().decode(words.subarray(0, length)).split("\r\n")[0] ?? "";
    await connection.write(new TextEncoder().encode(ANSWER));
  } catch {
    // it hung up; it was counted
  } finally {
    connection.close();
  }
}
